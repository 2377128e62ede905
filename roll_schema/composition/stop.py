"""The exception that ends a composition."""

from __future__ import annotations

from roll_schema.source.diagnostic import Fault


class Stop(Exception):
    """A composition cannot go on because of these faults."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults
