"""
Unused section.

ROLL declares the sections of several kinds of runs side by side. A run reads only its own: `reward` belongs to the
agentic pipelines (`rewards` to RLVR), `teacher` and the sections of the student to on-policy distillation.

    teacher:   # warning: [unused-section]
      model_args: {model_name_or_path: Qwen/Qwen3-32B}

Turn on the mode that reads the section, or remove it:

    use_opd: true
    teacher:
      model_args: {model_name_or_path: Qwen/Qwen3-32B}

References:

- ROLL 0.2.1-0.3.0: roll/configs/base_config.py, PPOConfig._handle_opd_mapping
- ROLL 0.2.0-0.3.0: roll/pipeline/agentic/agentic_pipeline.py, self.pipeline_config.reward is not None
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.validation import facts_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.2.0")
def unused_section(config: PPOConfig, context: Context) -> Iterator[Problem]:
    unused = {}
    if hasattr(config, "rewards"):
        unused["reward"] = ("RLVR reads `rewards`", "")
    if not context.distills:
        unused |= dict.fromkeys(("student_train", "student_infer"), ("`is_pure_opd` is off", "is_pure_opd"))
        if not config.use_opd:
            unused["teacher"] = ("`is_pure_opd` and `use_opd` are off", "use_opd")
    declared = facts_of(type(config), context.release)
    for role, (reason, switch) in unused.items():
        if role in declared and context.is_set(role):
            advice = f"remove `{role}`, or set `{switch}: true`" if switch else f"remove `{role}`"
            yield Problem(role, f"`{role}` has no effect: {reason}", advice, at_key=True)
