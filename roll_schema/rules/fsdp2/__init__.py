"""Rules on fsdp2."""
