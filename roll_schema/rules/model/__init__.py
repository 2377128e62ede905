"""Rules on model."""
