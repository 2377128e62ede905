"""
A switch for offloading that this pipeline does not read.

From ROLL 0.2.1 `is_offload_states` and `is_offload_optimizer_states_in_train_step` are for DPO and distillation; the
others offload by rules of their own.

    is_offload_states: true   # warning: [offload-switch-unread]

Without:

    max_steps: 100
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.2.1")
def offload_switch_unread(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if context.pipeline in ("dpo", "distill", "distill_vl"):
        return
    for field in ("is_offload_states", "is_offload_optimizer_states_in_train_step"):
        if context.is_set(field):
            yield Problem(field, f"`{field}` is read by DPO and distillation only", "Delete it.")
