"""
On-policy distillation without the models that it needs, or with one too many.

Pure distillation (`is_pure_opd`, and `start_onpolicy_distill_pipeline.py` always) needs `student_train`,
`student_infer` and a `teacher`, each with GPUs or a model; beside rewards (`use_opd`) a `teacher`, and then no
`reference`. The two exclude each other. ROLL checks this while it loads the config.

    use_opd: true   # error: [distillation-roles]
    actor_train:
      strategy_args: {strategy_name: megatron_train}

Name the teacher:

    use_opd: true
    teacher:
      model_args: {model_name_or_path: Qwen/Qwen3-32B}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import has_gpus
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig

EXAMPLE = "{model_args: {model_name_or_path: Qwen/Qwen3-32B}, device_mapping: list(range(0,8))}"


@rule(Severity.ERROR, effect=Effect.LOAD, releases=">=0.2.1")
def distillation_roles(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if not config.use_opd and not context.distills:
        return
    if config.use_opd and context.distills:
        message = "`use_opd` is on, but this run learns from the teacher alone: ROLL takes one or the other"
        yield Problem("use_opd", message, "Delete `use_opd`, or switch `is_pure_opd` off.")
        return
    switch = "use_opd" if config.use_opd else "is_pure_opd"
    also = context.where_set({switch: "this switches distillation on"})
    needed = {"teacher": config.teacher}
    if context.distills:
        needed |= {"student_train": config.actor_train, "student_infer": config.actor_infer}
    for role, worker in needed.items():
        if not _configured(worker):
            place = role if context.is_set(role) or switch not in also else switch
            message = f"distillation needs `{role}`, with GPUs or a model of its own"
            yield Problem(place, message, f"Write `{role}: {EXAMPLE}`.", also)
    if config.use_opd and context.is_set("reference") and _configured(config.reference):
        message = "`reference` is configured, but with `use_opd` the teacher takes its place, and ROLL refuses both"
        yield Problem("reference", message, "Delete `reference`.", also)


def _configured(role: WorkerConfig | dict[str, WorkerConfig] | None) -> bool:
    if role is None or isinstance(role, dict):
        return bool(role)
    return has_gpus(role) or role.model_args.model_name_or_path is not None
