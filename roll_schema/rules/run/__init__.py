"""Rules on what roll-run's own engine covers; asked for by `--target run`."""
