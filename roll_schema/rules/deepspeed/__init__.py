"""Rules on deepspeed."""
