"""Rules on megatron."""
