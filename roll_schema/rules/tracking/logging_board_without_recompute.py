"""
A record of samples that needs recomputed log-probabilities.

`save_logging_board_dir` writes the log-probabilities of the trainer. Without `enable_old_logprobs_recompute` there are
none, and the first step fails. The file's name is joined to the folder without a `/`.

    save_logging_board_dir: ./board/   # error: [logging-board-without-logprobs]
    rollout_batch_size: 8
    num_return_sequences_in_group: 1
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
      device_mapping: list(range(0,8))

Recompute them:

    save_logging_board_dir: ./board/
    enable_old_logprobs_recompute: true
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import step_size
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3", pipelines=("rlvr",))
def logging_board_without_logprobs(config: RLVRConfig) -> Iterator[Problem]:
    folder = config.save_logging_board_dir
    if not folder:
        return
    if not folder.endswith("/"):
        message = f"ROLL joins the file's name to `{folder}` without a `/`"
        advice = f"Write `save_logging_board_dir: {folder}/`."
        yield Problem("save_logging_board_dir", message, advice, severity=Severity.WARNING, effect=Effect.DIFFERENT)
    if config.force_disable_old_logprobs_recompute or not _recomputed(config):
        message = "`save_logging_board_dir` records log-probabilities that nothing computes"
        yield Problem("save_logging_board_dir", message, "Write `enable_old_logprobs_recompute: true`.")


def _recomputed(config: RLVRConfig) -> bool:
    """Whether ROLL recomputes, as asked or since a rank makes several optimizer steps per batch; True if unsure."""
    if config.enable_old_logprobs_recompute or config.adv_estimator == "step_reinforce":
        return True
    samples = config.rollout_batch_size * config.num_return_sequences_in_group * config.ppo_epochs
    return samples > step_size(config.actor_train)  # 0 where it is not known
