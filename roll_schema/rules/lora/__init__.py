"""Rules on lora."""
