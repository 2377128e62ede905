"""Placement of workers on GPUs, the phases of a step, and the memory of each."""
