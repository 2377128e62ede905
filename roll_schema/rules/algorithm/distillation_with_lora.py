"""
On-policy distillation with LoRA.

Detects on-policy distillation of a student with `lora_target`. With LoRA, ROLL builds no workers for the teacher. ROLL
0.3.0 fails at the first step, which lacks the teacher's log-probabilities. ROLL 0.2.1 silently uses the student's base
model as the teacher.

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

References:

- ROLL 0.2.1-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, self.use_ref_model = self.pipeline_config.enable_reference
- ROLL 0.2.1-0.3.0: roll/pipeline/agentic/agentic_pipeline.py, AgenticPipeline.run
- ROLL 0.3.0: roll/utils/functionals.py, compute_advantage
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.2.1")
def distillation_with_lora(config: PPOConfig, context: Context) -> Iterator[Problem]:
    # The vision pipeline does not look at LoRA.
    if not (config.use_opd or context.distills) or context.pipeline == "rlvr_vl":
        return
    if config.actor_train.model_args.lora_target is None:
        return
    replaced = context.release.matches("<0.3.0")
    reason = "the student's base model replaces the teacher" if replaced else "ROLL builds no teacher"
    yield Problem(
        "actor_train.model_args.lora_target",
        f"`lora_target` conflicts with on-policy distillation: with LoRA, {reason}",
        "remove `lora_target`",
        effect=Effect.DIFFERENT if replaced else None,
    )
