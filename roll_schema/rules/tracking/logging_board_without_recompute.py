"""
Logging board without recomputed log-probabilities.

Detects `save_logging_board_dir` where the trainer does not recompute log-probabilities. The logging board records them,
so the first step fails with a KeyError. ROLL recomputes them with `enable_old_logprobs_recompute`, with `init_kl_coef`
above 0, and with several optimizer steps per batch, unless `force_disable_old_logprobs_recompute` is on.

    save_logging_board_dir: ./board/   # error: [logging-board-without-recompute]
    init_kl_coef: 0
    rollout_batch_size: 8
    num_return_sequences_in_group: 1
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
      device_mapping: list(range(0,8))

Recompute them:

    save_logging_board_dir: ./board/
    enable_old_logprobs_recompute: true

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, RLVRPipeline.save_metrics
- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, PPOConfig.set_old_logprobs_status
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.logprobs import recomputes_logprobs
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3", pipelines=("rlvr",))
def logging_board_without_recompute(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.save_logging_board_dir and not recomputes_logprobs(config, context.release):
        forced = config.force_disable_old_logprobs_recompute
        advice = (
            "remove `force_disable_old_logprobs_recompute`" if forced else "set `enable_old_logprobs_recompute: true`"
        )
        message = "`save_logging_board_dir` needs recomputed log-probabilities, which are turned off"
        yield Problem("save_logging_board_dir", message, advice)
