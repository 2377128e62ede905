"""Rules on release."""
