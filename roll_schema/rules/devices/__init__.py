"""Rules on devices."""
