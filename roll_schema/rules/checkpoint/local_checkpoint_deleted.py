"""
Checkpoints that are gone after they were copied.

With a `checkpoint_config` ROLL copies each checkpoint to its `output_dir` and deletes the one on the training node,
also where `type` is left out. `keep_local_file` is read by FSDP2 only, from ROLL 0.2.1.

    checkpoint_config:
      type: file_system
      output_dir: /checkpoints
      keep_local_file: true   # warning: [local-checkpoint-deleted]
    actor_train:
      strategy_args: {strategy_name: megatron_train}

The copy is what there will be:

    checkpoint_config:
      type: file_system
      output_dir: /checkpoints
    actor_train:
      strategy_args: {strategy_name: megatron_train}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import TRAINERS, runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, effect=Effect.IGNORED)
def local_checkpoint_deleted(config: BaseConfig, context: Context) -> Iterator[Problem]:
    settings = config.checkpoint_config
    if not settings:
        return
    if "type" not in settings:
        message = "without a `type`, checkpoints are moved as with `type: file_system`"
        advice = "Write `type: file_system`, or delete `checkpoint_config` to keep checkpoints where they are saved."
        yield Problem("checkpoint_config", message, advice, at_key=True, severity=Severity.INFO)
    trainers = [getattr(config, role) for role in TRAINERS if hasattr(config, role)]
    reads = context.release.matches(">=0.2.1") and any(runs_on(worker, "fsdp2_train") for worker in trainers)
    if settings.get("keep_local_file") is True and trainers and not reads:
        message = "only FSDP2 of ROLL 0.2.1 and later keeps the local file: it is deleted here"
        yield Problem("checkpoint_config.keep_local_file", message, "Delete it.")
