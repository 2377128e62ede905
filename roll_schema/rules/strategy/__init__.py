"""Rules on strategy settings."""
