"""
A setting of FSDP2 that roll-run's trainer does not implement.

It shards dense models in fp32 or bf16, with or without offloading, and waits for each checkpoint. Expert parallelism,
tiled MLPs and other precisions are ROLL's alone.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config:
          apply_tiled_mlp: true   # error: [fsdp2-setting-not-covered]
          param_dtype: fp16   # error: [fsdp2-setting-not-covered]

Choose what it has, or start the config with `--engine roll`:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config:
          param_dtype: bf16

References:

- roll-run 0.1.0: roll_schema/facts/supported.py, FSDP2_SETTINGS
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.facts.strategies import backend_of, entries
from roll_schema.models.each import each
from roll_schema.models.section import Unresolved
from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity
from roll_schema.source.scalars import shown
from roll_schema.source.tree import UNKNOWN

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, releases=">=0.2.0")
def fsdp2_setting_not_covered(config: PPOConfig, context: Context) -> Iterator[Problem]:
    settings, backend = settings_of(config.actor_train, "fsdp2_train"), backend_of("fsdp2_train")
    if settings is None or backend is None:
        return

    def judge(name: str, value: object) -> Iterator[Problem]:
        covered = supported.FSDP2_SETTINGS.get(name)
        if covered is None:
            return
        if value is UNKNOWN:
            raise Unresolved(name)
        if value not in covered:
            choice = shown(covered[0])
            yield Problem(
                f"actor_train.strategy_args.strategy_config.{name}",
                f"roll-run's FSDP2 trainer does not support `{name}: {shown(value)}`",
                f"Write `{name.rpartition('.')[2]}: {choice}`, or start it with `--engine roll`.",
            )

    found = ((entry.path, entry.value) for entry in entries(backend, settings, context.release))
    yield from each(found, judge)
