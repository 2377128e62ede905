"""Rules on tracking."""
