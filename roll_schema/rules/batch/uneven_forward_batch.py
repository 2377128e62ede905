"""
Samples not divisible by reference or critic ranks.

Since ROLL 0.2.0, the number of samples per step must be a multiple of the data-parallel ranks of `reference` and of
`critic`. Before, it must only be as large. The first step fails otherwise, after all models are loaded and the first
rollout is done.

    rollout_batch_size: 8
    num_return_sequences_in_group: 2
    use_kl_loss: true
    reference:
      strategy_args: {strategy_name: megatron_infer, strategy_config: {}}
      device_mapping: list(range(0,24))   # error: [uneven-forward-batch]

Use 16 ranks for 32 samples:

    rollout_batch_size: 8
    num_return_sequences_in_group: 4
    use_kl_loss: true
    reference:
      strategy_args: {strategy_name: megatron_infer, strategy_config: {}}
      device_mapping: list(range(0,16))

References:

- ROLL 0.1.0-0.3.0: roll/distributed/scheduler/protocol.py, DataProto.chunk
- ROLL 0.2.0-0.3.0: roll/utils/functionals.py, batch_balance
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import data_parallel_size, has_reference
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, pipelines=RLVR_TRAINING)
def uneven_forward_batch(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    prompts, group = config.rollout_batch_size, config.num_return_sequences_in_group
    # With additional prompts, the number of samples is known only at run time.
    if prompts < 1 or group < 1 or config.is_use_additional_prompts:
        return
    samples = prompts * group

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        built = has_reference(config) if role == "reference" else config.adv_estimator == "gae"
        ranks = data_parallel_size(worker) if built else None
        if ranks is None:
            return
        count, product = f"{samples} samples per step", f"({prompts} prompts × {group})"
        if samples < ranks:
            message = f"{count} {product} are fewer than the {ranks} data-parallel ranks of `{role}`"
        elif samples % ranks and context.release.matches(">=0.2.0"):
            message = f"{count} is not divisible by the {ranks} data-parallel ranks of `{role}` {product}"
        else:
            return
        fitting = max(count for count in range(1, ranks) if samples % count == 0)
        also = {"rollout_batch_size": "prompts per step", "num_return_sequences_in_group": "samples per prompt"}
        yield Problem(
            f"{role}.device_mapping",
            message,
            f"give `{role}` GPUs for {fitting} data-parallel rank{'s' if fitting > 1 else ''}",
            also=context.where_set(also),
        )

    yield from each(fields_of(config, "reference", "critic"), judge)
