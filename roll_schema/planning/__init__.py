"""Who sits where, what a step does, and what fits."""
