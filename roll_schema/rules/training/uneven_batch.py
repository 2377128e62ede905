"""
Samples per step not divisible by the batch.

A step has `rollout_batch_size` × `num_return_sequences_in_group` samples. `actor_train` consumes ranks ×
`per_device_train_batch_size` × `gradient_accumulation_steps` samples per optimizer step, and so does `critic` with
`adv_estimator: gae`. ROLL asserts only in the first training step that no sample is left over. By then all models are
loaded and the first rollout is done.

    rollout_batch_size: 64
    num_return_sequences_in_group: 8
    actor_train:
      training_args:
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 48   # error: [uneven-batch]
      strategy_args: {strategy_name: deepspeed_train}
      device_mapping: list(range(0,8))

512 samples (64 × 8) are 4 optimizer steps of 128 samples (8 ranks × 1 × 16):

    rollout_batch_size: 64
    num_return_sequences_in_group: 8
    actor_train:
      training_args:
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 16
      strategy_args: {strategy_name: deepspeed_train}
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/distributed/scheduler/protocol.py, DataProto.make_iterator
- ROLL 0.1.0-0.3.0: roll/pipeline/base_worker.py, ActorWorker.train_step
- ROLL 0.1.0-0.3.0: roll/pipeline/base_worker.py, CriticWorker.train_step
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, gcd, lcm
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
    # With these, the samples per rank are known only at run time; zero-divisor reports a 0.
    if config.is_use_additional_prompts or worker.use_dynamic_batching_in_train or min(micro, steps) < 1:
        return
    ranks = data_parallel_size(worker) if runs_on(worker, *STRATEGIES) else None
    prompts, group = config.rollout_batch_size, config.num_return_sequences_in_group
    if not ranks or prompts < 1 or group < 1:
        return
    # uneven-prompts reports this; the run fails at load then.
    if role == "actor_train" and runs_on(worker, "megatron_train") and prompts % ranks:
        return
    samples, batch = prompts * group, ranks * micro * steps
    if samples % batch:
        places = [path for path in (steps_path, micro_path, "rollout_batch_size") if context.is_set(path)]
        place = places[0] if places else steps_path
        notes = {
            micro_path: f"samples per micro-batch: {micro}",
            steps_path: f"micro-batches per optimizer step: {steps}",
            "rollout_batch_size": f"prompts per step: {prompts}",
            "num_return_sequences_in_group": f"samples per prompt: {group}",
            f"{role}.device_mapping": f"data-parallel size: {ranks}",
        }
        message = (
            f"{samples} samples per step ({_counted(prompts, 'prompt')} × {group}) is not divisible by "
            f"{batch} ({_counted(ranks, 'rank')} × {micro} × {steps})"
        )
        yield Problem(place, message, _advice(prompts, group, ranks, micro, steps), context.where_set(notes))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _advice(prompts: int, group: int, ranks: int, micro: int, steps: int) -> str:
    samples, batch = prompts * group, ranks * micro * steps
    if samples % (ranks * micro):
        multiple = lcm(batch // gcd(batch, group), ranks)
        return f"set `rollout_batch_size: {ceil(prompts / multiple) * multiple}`, or another multiple of {multiple}"
    most = samples // (ranks * micro)
    fitting = max(count for count in range(1, min(steps, most) + 1) if most % count == 0)
    others = f", or another divisor of {most}" if most > 1 else ""
    return f"set `gradient_accumulation_steps: {fitting}`{others}"
