"""
Sequence packing in a pipeline that has none.

ROLL 0.1.3 packs sequences only in supervised fine-tuning and distillation; RLVR and the agentic pipelines stop with a
ValueError at load. From 0.2.0 they pack as well, and DPO alone refuses.

    actor_train:
      use_sequence_packing: true   # error: [sequence-packing-refused]

Leave it off:

    actor_train:
      use_sequence_packing: false
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import RLVR_TRAINING, Context, Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

REFUSED = (*RLVR_TRAINING, "rlvr_rollout", "agentic", "agentic_rollout")


@rule(Severity.ERROR, fails="at load", releases=">=0.1.3")
def sequence_packing_refused(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    pipelines = REFUSED if context.release.matches("<0.2.0") else ("dpo",)
    if context.path == "actor_train" and context.pipeline in pipelines and worker.use_sequence_packing:
        message = f"ROLL {context.release.name} refuses `use_sequence_packing` in the {context.pipeline} pipeline"
        yield Problem("use_sequence_packing", message, "Delete it.")
