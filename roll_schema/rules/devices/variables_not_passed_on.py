"""
Environment variables not passed to the trainer.

Since ROLL 0.2.0, the variables of the top-level `system_envs` are copied to `actor_train`, `actor_infer`, `reference`
and `critic`, since 0.3.0 also to teachers in on-policy distillation. `sft_train` and `student` do not get them.

    system_envs: {NCCL_DEBUG: "INFO"}   # info: [variables-not-passed-on]
    sft_train:
      strategy_args: {strategy_name: fsdp2_train}

Set them on the worker:

    sft_train:
      system_envs: {NCCL_DEBUG: "INFO"}
      strategy_args: {strategy_name: fsdp2_train}

References:

- ROLL 0.2.0-0.3.0: roll/configs/base_config.py, BaseConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig

FOR_THE_DRIVER = ("RAY_", "USE_MODELSCOPE")
"""Variables that the driver process itself reads."""

TRAINER = {"sft": "sft_train", "distill": "student", "distill_vl": "student"}


@rule(Severity.INFO, effect=Effect.IGNORED, releases=">=0.2.0", pipelines=tuple(TRAINER))
def variables_not_passed_on(config: BaseConfig, context: Context) -> Iterator[Problem]:
    trainer = TRAINER[context.pipeline]
    names = [str(name) for name in config.system_envs or () if not str(name).startswith(FOR_THE_DRIVER)]
    if names:
        yield Problem(
            "system_envs",
            f"`{trainer}` ignores {listed(names)} in the top-level `system_envs`",
            help=f"move {listed(names)} to `{trainer}.system_envs`",
            at_key=True,
        )
