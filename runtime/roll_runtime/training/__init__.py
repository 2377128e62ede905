"""The trainer: what every rank does, and the backends that shard its model."""

RESHARDING = ("fsdp2_train",)
"""Backends whose checkpoints any number of ranks can load."""
