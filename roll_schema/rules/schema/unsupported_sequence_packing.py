"""
Unsupported sequence packing.

In ROLL 0.1.3 only the roles of supervised fine-tuning and distillation pack sequences. ROLL stops with a ValueError at
load if another role turns it on. From 0.2.0 all other pipelines pack sequences, and DPO refuses with an assertion.

    actor_train:
      use_sequence_packing: true   # error: [unsupported-sequence-packing]

Turn it off:

    actor_train:
      use_sequence_packing: false

References:

- ROLL 0.1.3: roll/configs/base_config.py, BaseConfig.validate_worker_config
- ROLL 0.2.0-0.3.0: roll/pipeline/dpo/dpo_config.py, dpo pipeline doesn't support use sequence packing now
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerFields

PACKING = ("sft_train", "student", "teacher")
"""The roles that may pack in ROLL 0.1.3, which checks those at the top level, and none for `reward_fl`."""


@rule(Severity.ERROR, effect=Effect.LOAD, releases=">=0.1.3")
def unsupported_sequence_packing(worker: WorkerFields, context: Context) -> Iterator[Problem]:
    early, role = context.release.matches("<0.2.0"), context.path
    if early:
        refused = context.pipeline != "reward_fl" and "." not in role and role not in PACKING
    else:
        refused = context.pipeline == "dpo" and role in ("actor_train", "reference")
    if refused and worker.use_sequence_packing:
        where = f"`{role}` in ROLL {context.release.name}" if early else "the DPO pipeline"
        message = f"`use_sequence_packing` is not supported for {where}"
        yield Problem("use_sequence_packing", message, "set `use_sequence_packing: false`")
