"""Rules on what fits into GPU memory."""
