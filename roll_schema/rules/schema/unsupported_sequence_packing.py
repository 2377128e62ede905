"""
Sequence packing in a pipeline that has none.

ROLL 0.1.3 packs sequences only on the roles of supervised fine-tuning and distillation, and stops with a ValueError at
load where another role asks for it. From 0.2.0 the others pack as well, and DPO alone refuses.

    actor_train:
      use_sequence_packing: true   # error: [unsupported-sequence-packing]

Leave it off:

    actor_train:
      use_sequence_packing: false
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerFields

PACKING = ("sft_train", "student", "teacher")
"""The roles that may pack in ROLL 0.1.3; it looks at those on the top level, and not for `reward_fl`."""


@rule(Severity.ERROR, effect=Effect.LOAD, releases=">=0.1.3")
def unsupported_sequence_packing(worker: WorkerFields, context: Context) -> Iterator[Problem]:
    early, role = context.release.matches("<0.2.0"), context.path
    if early:
        refused = context.pipeline != "reward_fl" and "." not in role and role not in PACKING
    else:
        refused = context.pipeline == "dpo" and role in ("actor_train", "reference")
    if refused and worker.use_sequence_packing:
        message = f"ROLL {context.release.name} refuses `use_sequence_packing` on `{role}`"
        yield Problem("use_sequence_packing", message, "Delete it.")
