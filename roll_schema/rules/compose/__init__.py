"""Rules on compose."""
