"""Rules on generation."""
