"""
Unknown logits transfer.

Detects a `logits_transfer_backend` other than `ipc+nccl`, `nccl-only` and `ray`, or null. ROLL checks it after the
models of student and teacher are loaded.

    logits_transfer_backend: nccl   # error: [unknown-logits-transfer]

Use one of the three:

    logits_transfer_backend: nccl-only

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/distill/logits_transfer_group.py, LogitsTransferGroup.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.distill_config import DistillConfig

BACKENDS = ("ipc+nccl", "nccl-only", "ray")


@rule(Severity.ERROR, effect=Effect.WORKER_START, pipelines=("distill", "distill_vl"))
def unknown_logits_transfer(config: DistillConfig) -> Iterator[Problem]:
    name = config.logits_transfer_backend
    if name not in BACKENDS:
        advice = f"set `logits_transfer_backend` to one of {listed(BACKENDS)}"
        yield Problem("logits_transfer_backend", f"unknown logits transfer `{name or 'null'}`", advice)
