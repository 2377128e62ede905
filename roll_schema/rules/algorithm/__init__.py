"""Rules on algorithm."""
