"""
Unknown transfer backend.

ROLL looks up `transfer_backend.backend_name` when the pipeline starts, and raises a ValueError for an unknown name.
Without it, workers exchange data through Ray.

    transfer_backend: {backend_name: redis}   # warning: [unknown-transfer-backend]

Set the one that ROLL has:

    transfer_backend: {backend_name: TransferQueue}

References:

- ROLL 0.3.0: roll/distributed/scheduler/transfer_backend.py, init_transfer_backend
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.schedule_args import TransferBackendArguments

_KNOWN = ("TransferQueue",)


@rule(Severity.WARNING, effect=Effect.STARTUP, releases=">=0.3.0")
def unknown_transfer_backend(backend: TransferBackendArguments) -> Iterator[Problem]:
    name = backend.backend_name
    if name is not None and name not in _KNOWN:
        advice, _ = did_you_mean(name, _KNOWN, "remove `transfer_backend` to send data through Ray")
        yield Problem("backend_name", f"unknown transfer backend `{name}`", advice)
