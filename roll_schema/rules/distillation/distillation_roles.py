"""
Missing or conflicting roles of on-policy distillation.

Detects on-policy distillation without its models. Pure distillation (`is_pure_opd`, which
`start_onpolicy_distill_pipeline.py` always turns on) needs `student_train`, `student_infer` and `teacher`, each with
GPUs or a model. Distillation next to rewards (`use_opd`) needs a `teacher`, and no `reference`. The two exclude each
other. ROLL checks all of it at load.

    use_opd: true   # error: [distillation-roles]
    actor_train:
      strategy_args: {strategy_name: megatron_train}

Add the teacher:

    use_opd: true
    teacher:
      model_args: {model_name_or_path: Qwen/Qwen3-32B}
      device_mapping: list(range(0,8))

References:

- ROLL 0.2.1-0.3.0: roll/configs/base_config.py, PPOConfig._handle_opd_mapping
- ROLL 0.2.1-0.3.0: roll/configs/worker_config.py, self.is_configured: bool = has_gpu or has_model
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
        yield Problem("use_opd", "`use_opd` conflicts with pure distillation (`is_pure_opd`)", "remove `use_opd`")
        return
    switch = "use_opd" if config.use_opd else "is_pure_opd"
    notes = context.where_set({switch: "turns distillation on"})
    needed = {"teacher": config.teacher}
    if context.distills:
        needed |= {"student_train": config.actor_train, "student_infer": config.actor_infer}
    for role, worker in needed.items():
        if not _configured(worker):
            place = role if context.is_set(role) or switch not in notes else switch
            message = f"missing `{role}`: distillation needs its GPUs or its model"
            yield Problem(place, message, f"set `{role}: {EXAMPLE}`", notes)
    if config.use_opd and context.is_set("reference") and _configured(config.reference):
        message = "`reference` conflicts with `use_opd`: the teacher is the reference model"
        yield Problem("reference", message, "remove `reference`", notes)


def _configured(role: WorkerConfig | dict[str, WorkerConfig] | None) -> bool:
    if role is None or isinstance(role, dict):
        return bool(role)
    return has_gpus(role) or role.model_args.model_name_or_path is not None
