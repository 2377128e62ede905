"""
Samples that cannot be split into whole optimizer steps.

A step has `rollout_batch_size` x `num_return_sequences_in_group` samples. Each data-parallel rank of `actor_train`
takes its share in portions of `per_device_train_batch_size` x `gradient_accumulation_steps`; ROLL asserts that nothing
is left over only in the first training step, after all models are loaded and the first rollout is done.

    rollout_batch_size: 64
    num_return_sequences_in_group: 8
    actor_train:
      training_args:
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 48   # error: [uneven-batch]
      strategy_args: {strategy_name: deepspeed_train}
      device_mapping: list(range(0,8))

Here 64 x 8 = 512 samples make 4 steps of 8 ranks x 1 x 16:

    rollout_batch_size: 64
    num_return_sequences_in_group: 8
    actor_train:
      training_args:
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 16
      strategy_args: {strategy_name: deepspeed_train}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.models.section import Settings
from roll_schema.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.workers import MEGATRON_SIZES, device_ids

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig
    from roll_schema.models.worker_config import WorkerConfig

MICRO = "actor_train.training_args.per_device_train_batch_size"
STEPS = "actor_train.training_args.gradient_accumulation_steps"


@rule(Severity.ERROR, fails="at first step", pipelines=RLVR_TRAINING)
def uneven_batch(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    worker = config.actor_train
    micro, steps = worker.training_args.per_device_train_batch_size, worker.training_args.gradient_accumulation_steps
    if micro == 0 or steps == 0:
        place = MICRO if micro == 0 else STEPS
        name = place.rpartition(".")[2]
        early = context.release.matches(">=0.1.3") and not config.force_disable_old_logprobs_recompute
        message = f"`{name}` is 0, and ROLL divides the samples of a step by it"
        yield Problem(place, message, help=f"Write `{name}: 1` or more.", fails="at load" if early else "at start")
        return
    # With these, how many samples a rank trains on is only known at run time.
    if config.is_use_additional_prompts or worker.use_dynamic_batching_in_train or micro < 0 or steps < 0:
        return
    ranks = _data_parallel_size(worker)
    prompts, group = config.rollout_batch_size, config.num_return_sequences_in_group
    if not ranks or prompts < 1 or group < 1:
        return
    # What uneven-model-parallel reports stops the run before.
    if worker.strategy_args.strategy_name == "megatron_train" and prompts % ranks:
        return
    samples, batch = prompts * group, ranks * micro * steps
    if samples % batch:
        places = [path for path in (STEPS, MICRO, "rollout_batch_size") if context.is_set(path)]
        place = places[0] if places else STEPS
        notes = {
            MICRO: f"samples per rank and pass: {micro}",
            STEPS: f"passes per optimizer step: {steps}",
            "rollout_batch_size": f"prompts per step: {prompts}",
            "num_return_sequences_in_group": f"samples per prompt: {group}",
            "actor_train.device_mapping": f"data-parallel ranks: {ranks}",
        }
        message = (
            f"{prompts} prompts x {group} = {samples} samples are no multiple of {ranks} ranks x {micro} x {steps} "
            f"= {batch} samples per optimizer step"
        )
        also = {path: note for path, note in notes.items() if path != place and context.is_set(path)}
        yield Problem(place, message, help=_advice(samples, ranks, micro, steps), also=also)


def _data_parallel_size(worker: WorkerConfig) -> int | None:
    strategy, devices = worker.strategy_args, device_ids(worker)
    if strategy is None or not devices:
        return None
    settings = strategy.strategy_config or Settings()
    sizes: list[object] = []
    if strategy.strategy_name == "megatron_train":
        sizes = [settings.get(key, 1) for key in MEGATRON_SIZES]
    elif strategy.strategy_name == "deepspeed_train":
        sizes = [worker.model_args.ulysses_size or 1]
    else:
        return None
    whole = [size for size in sizes if isinstance(size, int) and size > 0]
    copy = prod(whole)
    return len(devices) // copy if len(whole) == len(sizes) and len(devices) % copy == 0 else None


def _advice(samples: int, ranks: int, micro: int, steps: int) -> str:
    if samples % (ranks * micro) == 0:
        most = samples // (ranks * micro)
        fitting = max(count for count in range(1, min(steps, most) + 1) if most % count == 0)
        return f"Write `gradient_accumulation_steps: {fitting}`, or another divisor of {most}."
    return f"Make prompts x group a multiple of {ranks * micro * steps}, or the batch smaller."
