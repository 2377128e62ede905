"""
Environment variables that do not reach the workers.

From 0.2.0 the top-level `system_envs` is handed to `actor_train`, `actor_infer`, `reference` and `critic`, from 0.3.0
to teachers too. The trainer of fine-tuning and the student of a distillation are not among them.

    system_envs: {NCCL_DEBUG: "INFO"}   # info: [variables-not-passed-on]
    sft_train:
      strategy_args: {strategy_name: fsdp2_train}

Give them to the workers themselves:

    sft_train:
      system_envs: {NCCL_DEBUG: "INFO"}
      strategy_args: {strategy_name: fsdp2_train}
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
"""Variables that work where the pipeline itself runs."""

TRAINER = {"sft": "sft_train", "distill": "student", "distill_vl": "student"}


@rule(Severity.INFO, effect=Effect.DIFFERENT, releases=">=0.2.0", pipelines=tuple(TRAINER))
def variables_not_passed_on(config: BaseConfig, context: Context) -> Iterator[Problem]:
    trainer = TRAINER[context.pipeline]
    names = [str(name) for name in config.system_envs or () if not str(name).startswith(FOR_THE_DRIVER)]
    if names:
        yield Problem(
            "system_envs",
            f"`{trainer}` does not get {listed(names)} of the top level",
            help=f"Write {'it' if len(names) == 1 else 'them'} below `{trainer}.system_envs`.",
            at_key=True,
        )
