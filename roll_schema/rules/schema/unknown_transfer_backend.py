"""
A way of data between workers that ROLL does not have.

`transfer_backend.backend_name` is looked up when the pipeline starts; left out, data travel through Ray.

    transfer_backend: {backend_name: redis}   # warning: [unknown-transfer-backend]

One that ROLL has:

    transfer_backend: {backend_name: TransferQueue}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.schedule_args import TransferBackendArguments

_KNOWN = ("TransferQueue", "Mooncake")


@rule(Severity.WARNING, effect=Effect.STARTUP, releases=">=0.3.0")
def unknown_transfer_backend(backend: TransferBackendArguments) -> Iterator[Problem]:
    name = backend.backend_name
    if name is not None and name not in _KNOWN:
        advice, _ = did_you_mean(name, _KNOWN, "Delete `transfer_backend` to send data through Ray.")
        yield Problem("backend_name", f"ROLL has no backend `{name}`, it has {' and '.join(_KNOWN)}", advice)
