"""The trainer: what every rank does, and the backends that shard its model."""
