"""
On-policy distillation of a student with a LoRA adapter.

With a `lora_target` on the student, ROLL 0.3.0 builds no teacher, and the first step fails on the teacher's missing
log-probabilities.

    use_opd: true
    teacher:
      device_mapping: list(range(0,8))
    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}   # error: [distillation-with-lora]

Train all weights:

    use_opd: true
    teacher:
      device_mapping: list(range(0,8))
    actor_train:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.3.0")
def distillation_with_lora(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if (config.use_opd or context.distills) and config.actor_train.model_args.lora_target is not None:
        message = "with LoRA on the student no teacher is built, and the first step misses its log-probabilities"
        yield Problem("actor_train.model_args.lora_target", message, "Train the student without LoRA.")
