"""The stages of one config: load, check, present."""
