"""Rules on training."""
