"""Rules on sglang."""
