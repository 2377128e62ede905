"""Hydra and OmegaConf: many files and `${…}` to one tree."""
