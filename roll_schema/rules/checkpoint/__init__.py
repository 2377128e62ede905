"""Rules on checkpoint."""
