"""
Samples that cannot be split evenly over the ranks that compute log-probabilities or values.

From ROLL 0.2.0 `batch_balance` asserts that the samples of a step are a multiple of the data-parallel ranks of
`actor_train`, `reference` and `critic`, each its own; before, only fewer samples than ranks fail. Both strike in the
first step, after all models are loaded and the first rollout is done.

    rollout_batch_size: 8
    num_return_sequences_in_group: 2
    use_kl_loss: true
    reference:
      strategy_args: {strategy_name: megatron_infer, strategy_config: {}}
      device_mapping: list(range(0,24))   # error: [uneven-forward-batch]

With 32 samples, each of 16 ranks takes 2:

    rollout_batch_size: 8
    num_return_sequences_in_group: 4
    use_kl_loss: true
    reference:
      strategy_args: {strategy_name: megatron_infer, strategy_config: {}}
      device_mapping: list(range(0,16))
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
    # With additional prompts, how many samples a step has is only known at run time.
    if prompts < 1 or group < 1 or config.is_use_additional_prompts:
        return
    samples = prompts * group

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        built = has_reference(config) if role == "reference" else config.adv_estimator == "gae"
        ranks = data_parallel_size(worker) if built else None
        if ranks is None:
            return
        counts = f"{prompts} prompts x {group} = {samples} samples"
        if samples < ranks:
            message = f"{counts} are fewer than the {ranks} data-parallel ranks of `{role}`"
        elif samples % ranks and context.release.matches(">=0.2.0"):
            message = f"{counts} are no multiple of the {ranks} data-parallel ranks of `{role}`"
        else:
            return
        fitting = max(count for count in range(1, ranks) if samples % count == 0)
        also = {"rollout_batch_size": "prompts per step", "num_return_sequences_in_group": "samples per prompt"}
        yield Problem(
            f"{role}.device_mapping",
            message,
            f"Give `{role}` GPUs for another number of ranks, such as {fitting}, or change `rollout_batch_size`.",
            also=context.where_set(also),
        )

    yield from each(fields_of(config, "reference", "critic"), judge)
