"""
Experts that FSDP2 may wait for in vain.

A token goes to a few experts only, and a rank whose tokens reach other experts than those of its neighbours runs other
collective operations: they wait for each other. `apply_expert_patch` has every rank run all experts; ROLL's guide wants
it for every mixture-of-experts model. From ROLL 0.3.0 newer releases of transformers do without.

    pretrain: Qwen/Qwen3-30B-A3B
    actor_train:
      strategy_args:
        strategy_name: fsdp2_train   # warning: [experts-without-patch]
        strategy_config: {fsdp_size: 16}

With the patch:

    pretrain: Qwen/Qwen3-30B-A3B
    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 16, apply_expert_patch: true}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import model_checkpoint, settings_of, workers_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases=">=0.2.0,<0.3.0")
def experts_without_patch(config: BaseConfig) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        settings = settings_of(worker, "fsdp2_train")
        if settings is None or "apply_expert_patch" in settings:
            return
        model, known = model_checkpoint(config, role)
        if "experts" in known.sizes:
            yield Problem(
                f"{role}.strategy_args.strategy_name",
                f"`{model}` has {known.sizes['experts']} experts, and ranks may wait for those that others do not use",
                "Add `apply_expert_patch: true` to `strategy_config`.",
            )

    yield from each(workers_of(config), judge)
