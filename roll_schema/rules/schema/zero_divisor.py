"""
Zero divisor.

Before any worker starts, ROLL computes with sizes that it does not check: trajectories per environment, environments
per worker, GPUs per copy of the model, optimizer steps per rank. If one of them is 0 (or `false`), ROLL stops with a
ZeroDivisionError that names no key. Most divisions happen while ROLL loads the config, the rest when it builds the
pipeline.

    actor_train:
      training_args:
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 0   # error: [zero-divisor]
      strategy_args: {strategy_name: deepspeed_train}
      device_mapping: list(range(0,8))

Set 1 or more:

    actor_train:
      training_args:
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 16
      strategy_args: {strategy_name: deepspeed_train}
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, PPOConfig.set_old_logprobs_status
- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_config.py, AgenticConfig.__post_init__
- ROLL 0.1.0-0.3.0: roll/utils/config_utils.py, calculate_megatron_dp_size
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from roll_schema.facts.missing import FactMissing
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Unresolved
from roll_schema.planning.workers import (
    MEGATRON_SIZES,
    counts_optimizer_steps,
    device_count,
    ranks_counted,
    runs_on,
    workers_of,
)
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import last_key, parse
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig

_PARALLEL_SIZES = tuple(f"actor_train.strategy_args.strategy_config.{key}" for key in MEGATRON_SIZES)


def _has_gpus(config: Any, context: Context) -> bool:
    return any(device_count(worker) for _, worker in workers_of(config))


def _trains_policy(config: Any, context: Context) -> bool:
    return isinstance(config, PPOConfig)


def _counts_steps(config: Any, context: Context) -> bool:
    return isinstance(config, PPOConfig) and counts_optimizer_steps(config, context.release)


def _limits_validation(config: Any, context: Context) -> bool:
    return bool(config.val_batch_size >= 0 or context.release.matches("<0.1.3"))


def _sizes_one_worker(manager: str) -> Callable[[Any, Context], bool]:
    # ROLL then uses the number of environments as the size of a worker, and divides by it.
    return lambda config, context: getattr(config, manager).max_env_num_per_worker <= 0


def _on_megatron(config: Any, context: Context) -> bool:
    return "megatron" in config.actor_train.strategy_args.strategy_name


def _batch(role: str) -> tuple[str, ...]:
    return tuple(
        f"{role}.training_args.{key}" for key in ("per_device_train_batch_size", "gradient_accumulation_steps")
    )


def _environments(manager: str) -> tuple[str, ...]:
    return f"{manager}.num_env_groups", f"{manager}.group_size"


class Division(NamedTuple):
    """What ROLL divides by the product of some fields, where a config has them; in some releases and configs only."""

    dividend: str
    divisors: tuple[str, ...]
    effect: Effect = Effect.LOAD
    releases: str = ""
    when: Callable[[Any, Context], bool] = lambda config, context: True


DIVISIONS = (
    Division("the largest GPU id", ("num_gpus_per_node",), releases="<0.1.3", when=_has_gpus),
    Division("the GPUs", _PARALLEL_SIZES, when=_on_megatron),
    Division("`rollout_batch_size`", _environments("train_env_manager")),
    Division("`val_batch_size`", _environments("val_env_manager"), when=_limits_validation),
    Division("the environments", _environments("val_env_manager"), when=_sizes_one_worker("val_env_manager")),
    Division("the samples per step", _batch("actor_train"), when=_counts_steps),
    Division("the samples of all steps", _batch("actor_train"), Effect.STARTUP, when=_trains_policy),
    Division("the samples of all steps", _batch("critic"), Effect.STARTUP),
    Division("the rows of all epochs", _batch("sft_train"), Effect.STARTUP, ">=0.1.3"),
    Division("the rows of all epochs", _batch("student"), Effect.STARTUP, ">=0.1.3"),
)
"""Divisions before any worker starts, the earlier first: ROLL 0.1.0 to 0.3.0. Those by GPUs per worker are left to
zero-gpus-per-worker.
"""


@rule(Severity.ERROR, effect=Effect.LOAD)
def zero_divisor(config: BaseConfig, context: Context) -> Iterator[Problem]:
    reported: set[str] = set()
    for division in DIVISIONS:
        try:
            zero = next((path for path in division.divisors if _at(config, path) == 0), "")
            holds = bool(zero) and context.release.matches(division.releases) and division.when(config, context)
        except (Unresolved, FactMissing):
            continue
        if holds and zero not in reported and not _groups_at_odds(config, zero):
            reported.add(zero)
            place, value = context.roles.written(zero), shown(context.written(zero))
            message = f"`{place}` must be positive, found `{value}`: ROLL divides {division.dividend} by it"
            yield Problem(zero, message, f"set `{last_key(zero)}: 1` or more", effect=division.effect)
    if _counts_steps(config, context):
        yield from _no_ranks(config, context)


def _at(config: Any, path: str) -> Any:
    for step in parse(path):
        config = config.get(step) if isinstance(config, dict) else getattr(config, str(step), None)
    return config


def _groups_at_odds(config: Any, path: str) -> bool:
    """Whether uneven-environment-groups says more."""
    manager, _, name = path.rpartition(".")
    return name == "num_env_groups" and sum(getattr(config, manager).num_groups_partition) != 0


def _no_ranks(config: Any, context: Context) -> Iterator[Problem]:
    """The same for the data-parallel size, which follows from the GPUs and the size of a copy of the model."""
    worker = config.actor_train
    gpus = device_count(worker) if ranks_counted(worker) else None
    division = "ROLL divides the samples per step by the data-parallel size, 0"
    if gpus == 0:
        message = f"`{context.roles.train}.device_mapping` has no GPUs: {division}"
        yield Problem("actor_train.device_mapping", message, "set `device_mapping: list(range(0,8))`")
        return
    size, early = worker.model_args.ulysses_size, context.release.matches("<0.2.0")
    if gpus and size is not None and size > gpus and not early and not runs_on(worker, "megatron_train"):
        message = f"`ulysses_size` {size} exceeds {gpus} GPUs: {division}"
        yield Problem("actor_train.model_args.ulysses_size", message, f"set `ulysses_size` to a divisor of {gpus}")
