"""
A way to hand logits over that there is not.

Checked only when the workers start.

    logits_transfer_backend: nccl   # error: [logits-transfer]

One of three:

    logits_transfer_backend: nccl-only
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import one_of

if TYPE_CHECKING:
    from roll_schema.models.distill_config import DistillConfig


KNOWN = ("ipc+nccl", "nccl-only", "ray")


@rule(Severity.ERROR, effect=Effect.WORKER_START, pipelines=("distill", "distill_vl"))
def logits_transfer(config: DistillConfig) -> Iterator[Problem]:
    name = config.logits_transfer_backend
    if name is not None and name not in KNOWN:
        yield Problem("logits_transfer_backend", f"there is no transfer `{name}`", one_of(name, KNOWN))
