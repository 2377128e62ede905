"""
Uneven shard sizes on FSDP2.

The rule checks `fsdp_size` and `ulysses_size` against the number of GPUs of the role.

- `ulysses_size` must divide the number of GPUs.
- From ROLL 0.3.0, an `fsdp_size` between 1 and the number of GPUs shards within groups of that size, so it must divide
  the number of GPUs. A value of 1 or less means all GPUs.
- From ROLL 0.3.0, `fsdp_size` must be at least `ulysses_size`.

Otherwise an assertion, or the creation of the device mesh, fails when the workers start.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 3}   # error: [fsdp2-mesh]
      device_mapping: list(range(0,8))

Use a divisor of the 8 GPUs:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 4}
      device_mapping: list(range(0,8))

References:

- ROLL 0.2.0-0.3.0: roll/utils/context_parallel/globals.py, set_upg_manager
- ROLL 0.3.0: roll/distributed/strategy/fsdp2_strategy.py, create_device_mesh_with_ep
- ROLL 0.3.0: roll/distributed/strategy/fsdp2_strategy.py, fsdp size should be greater than cp size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_ids, divisors, settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


_FSDP_SIZE = "strategy_args.strategy_config.fsdp_size"
_ULYSSES_SIZE = "model_args.ulysses_size"


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0")
def fsdp2_mesh(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    settings, devices = settings_of(worker, "fsdp2_train", "fsdp2_infer"), device_ids(worker)
    if settings is None or not devices:
        return
    gpus, size, ulysses = len(devices), settings.get("fsdp_size", 1), worker.model_args.ulysses_size or 1
    if not isinstance(size, int) or isinstance(size, bool):
        return
    # Before, ROLL shards over all GPUs, or picks the size by itself, whatever is written.
    groups = context.release.matches(">=0.3.0")
    if groups and 1 < size < gpus and gpus % size:
        fitting = [divisor for divisor in divisors(gpus) if max(ulysses, 2) <= divisor < size]
        message = f"{gpus} GPUs are not divisible by `fsdp_size: {size}`"
        yield Problem(_FSDP_SIZE, message, f"set `fsdp_size: {max(fitting, default=gpus)}`")
    if ulysses <= 1:
        return
    if gpus % ulysses:
        highest = min(ulysses, max(size, 1)) if groups else ulysses
        largest = max(divisor for divisor in divisors(gpus) if divisor <= highest)
        message = f"{gpus} GPUs are not divisible by `ulysses_size: {ulysses}`"
        yield Problem(_ULYSSES_SIZE, message, f"set `ulysses_size: {largest}`")
    elif groups and size < ulysses:
        message = f"`ulysses_size: {ulysses}` requires `fsdp_size` of at least {ulysses}, found `{size}`"
        yield Problem(_ULYSSES_SIZE, message, f"set `fsdp_size: {gpus}` in `strategy_config`")
