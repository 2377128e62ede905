"""Rules on batch."""
