"""Rules on yaml."""
