"""
Shard sizes that FSDP2 cannot make a mesh of.

`fsdp_size` between 1 and all GPUs shards within groups of that size, which must divide the GPUs; 1 and less mean all of
them. From ROLL 0.3.0 `ulysses_size` above 1 needs an `fsdp_size` of at least as much, and before, one at all.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 3}   # error: [fsdp2-mesh]
      device_mapping: list(range(0,8))

A divisor of the 8 GPUs:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 4}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_ids, settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


_PLACE = "strategy_args.strategy_config"


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0")
def fsdp2_mesh(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    settings, devices = settings_of(worker, "fsdp2_train", "fsdp2_infer"), device_ids(worker)
    if settings is None or not devices:
        return
    world, size, ulysses = len(devices), settings.get("fsdp_size", 1), worker.model_args.ulysses_size or 1
    if not isinstance(size, int) or isinstance(size, bool):
        return
    if 1 < size < world and world % size:
        divisor = max(count for count in range(1, size) if world % count == 0)
        message = f"{world} GPUs cannot be split into groups of {size}"
        yield Problem(f"{_PLACE}.fsdp_size", message, f"Write `fsdp_size: {divisor}`.")
    if ulysses <= 1:
        return
    if world % ulysses:
        message = f"{world} GPUs are no multiple of `ulysses_size: {ulysses}`"
        yield Problem("model_args.ulysses_size", message, "Write a divisor of the number of GPUs.")
    elif context.release.matches(">=0.3.0") and size < ulysses:
        message = f"`ulysses_size: {ulysses}` needs an `fsdp_size` of at least {ulysses}, which is {size}"
        advice = f"Write `fsdp_size: {world}` in `strategy_config`."
        yield Problem("model_args.ulysses_size", message, advice)
    elif "fsdp_size" not in settings and context.release.matches("<0.3.0"):
        message = f"with `ulysses_size: {ulysses}`, ROLL {context.release.name} looks for `fsdp_size`, which is missing"
        yield Problem("model_args.ulysses_size", message, f"Add `fsdp_size: {world}` to `strategy_config`.")
