"""Rules on interpolation."""
