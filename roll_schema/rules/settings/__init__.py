"""Rules on settings in comments."""
