"""
Qwen3-MoE on FSDP2 without the expert patch.

The rule finds a Qwen3 mixture-of-experts model on `fsdp2_train` without `apply_expert_patch`. A rank runs only the
experts that its tokens select. Ranks with different experts may then run different collective operations and wait for
each other forever. With the patch, every rank runs all experts. ROLL's guide to FSDP2 asks for it.

    pretrain: Qwen/Qwen3-30B-A3B
    actor_train:
      strategy_args:
        strategy_name: fsdp2_train   # warning: [experts-without-patch]
        strategy_config: {fsdp_size: 16}

Apply the patch:

    pretrain: Qwen/Qwen3-30B-A3B
    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 16, apply_expert_patch: true}

References:

- ROLL 0.2.0-0.2.1: roll/utils/fsdp_utils.py, apply_fsdp2
- ROLL 0.2.0-0.2.1: roll/third_party/fsdp2/qwen3_moe_patch.py, qwen3_moe_forward
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
        # ROLL patches the experts of no other type.
        if known.model_type == "qwen3_moe":
            yield Problem(
                f"{role}.strategy_args.strategy_name",
                f"missing `apply_expert_patch`: ranks may wait forever at the experts of `{model}`",
                "add `apply_expert_patch: true` to `strategy_config`",
            )

    yield from each(workers_of(config), judge)
