"""
A section that this run does not use.

ROLL declares the sections of several kinds of runs side by side and reads only those of the one that is started:
`reward` belongs to the agentic pipelines (`rewards` to RLVR), `teacher` and the student's sections to on-policy
distillation.

    teacher:   # warning: [unused-section]
      model_args: {model_name_or_path: Qwen/Qwen3-32B}

Switch on what reads it, or delete it:

    use_opd: true
    teacher:
      model_args: {model_name_or_path: Qwen/Qwen3-32B}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.2.0")
def unused_section(config: PPOConfig, context: Context) -> Iterator[Problem]:
    unused = {}
    if hasattr(config, "rewards"):
        unused["reward"] = ("RLVR reads no `reward`", "Write `rewards` if that is meant, or delete it.")
    if not context.distills:
        without = "without `is_pure_opd` this run reads no"
        advice = "Switch `is_pure_opd` on, or delete it."
        unused |= {role: (f"{without} `{role}`", advice) for role in ("student_train", "student_infer")}
        if not config.use_opd:
            message = "without `is_pure_opd` or `use_opd` this run reads no `teacher`"
            unused["teacher"] = (message, "Switch one of them on, or delete it.")
    for role, (message, advice) in unused.items():
        if context.is_set(role):
            yield Problem(role, message, advice, at_key=True)
