"""
Offload switch without effect.

From ROLL 0.2.1, only DPO and distillation read `is_offload_states` and `is_offload_optimizer_states_in_train_step`. The
other pipelines decide by themselves when they offload.

    is_offload_states: true   # warning: [offload-switch-unread]

Remove the switch:

    max_steps: 100

References:

- ROLL 0.2.1-0.3.0: roll/pipeline/dpo/dpo_pipeline.py, self.pipeline_config.is_offload_states
- ROLL 0.2.1-0.3.0: roll/pipeline/distill/distill_pipeline.py, self.pipeline_config.is_offload_states
- ROLL 0.2.1-0.3.0: roll/pipeline/sft/sft_pipeline.py, "is_offload_states": False
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
    for key in ("is_offload_states", "is_offload_optimizer_states_in_train_step"):
        if context.is_set(key):
            message = f"`{key}` is ignored: only DPO and distillation read it"
            yield Problem(key, message, f"remove `{key}`")
