"""One config through all stages: load, check, present."""
