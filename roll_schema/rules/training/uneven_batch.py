"""
Samples that cannot be split into whole optimizer steps.

A step has `rollout_batch_size` x `num_return_sequences_in_group` samples. Each data-parallel rank of `actor_train`, and
of `critic` with `adv_estimator: gae`, takes its share in portions of `per_device_train_batch_size` x
`gradient_accumulation_steps`; ROLL asserts that nothing is left over only in the first training step, after all models
are loaded and the first rollout is done.

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
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import data_parallel_size, runs_on
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig
    from roll_schema.models.worker_config import WorkerConfig

STRATEGIES = ("megatron_train", "deepspeed_train", "fsdp2_train")


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, pipelines=RLVR_TRAINING)
def uneven_batch(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    yield from each(fields_of(config, "actor_train", "critic"), _role, config, context)


def _role(role: str, worker: WorkerConfig, config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if role == "critic" and config.adv_estimator != "gae":
        return
    micro_path = f"{role}.training_args.per_device_train_batch_size"
    steps_path = f"{role}.training_args.gradient_accumulation_steps"
    micro, steps = worker.training_args.per_device_train_batch_size, worker.training_args.gradient_accumulation_steps
    # With these, how many samples a rank trains on is only known at run time; zero-divisor says more of a 0.
    if config.is_use_additional_prompts or worker.use_dynamic_batching_in_train or min(micro, steps) < 1:
        return
    ranks = data_parallel_size(worker) if runs_on(worker, *STRATEGIES) else None
    prompts, group = config.rollout_batch_size, config.num_return_sequences_in_group
    if not ranks or prompts < 1 or group < 1:
        return
    # What uneven-prompts reports stops the run before.
    if role == "actor_train" and runs_on(worker, "megatron_train") and prompts % ranks:
        return
    samples, batch = prompts * group, ranks * micro * steps
    if samples % batch:
        places = [path for path in (steps_path, micro_path, "rollout_batch_size") if context.is_set(path)]
        place = places[0] if places else steps_path
        notes = {
            micro_path: f"samples per rank and pass: {micro}",
            steps_path: f"passes per optimizer step: {steps}",
            "rollout_batch_size": f"prompts per step: {prompts}",
            "num_return_sequences_in_group": f"samples per prompt: {group}",
            f"{role}.device_mapping": f"data-parallel ranks: {ranks}",
        }
        message = (
            f"{'1 prompt' if prompts == 1 else f'{prompts} prompts'} x {group} = {samples} samples are no multiple of "
            f"{ranks} ranks x {micro} x {steps} = {batch} samples per optimizer step"
        )
        yield Problem(place, message, _advice(samples, ranks, micro, steps), context.where_set(notes))


def _advice(samples: int, ranks: int, micro: int, steps: int) -> str:
    if samples % (ranks * micro) == 0:
        most = samples // (ranks * micro)
        fitting = max(count for count in range(1, min(steps, most) + 1) if most % count == 0)
        others = f", or another divisor of {most}" if most > 1 else ""
        return f"Write `gradient_accumulation_steps: {fitting}`{others}."
    return f"Make prompts x group a multiple of {ranks * micro * steps}, or the batch smaller."
