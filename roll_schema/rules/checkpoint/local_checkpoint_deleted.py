"""
Local checkpoint deleted after the upload.

With a `checkpoint_config`, ROLL copies each checkpoint to `output_dir` and deletes it on the node that trained it. It
does so without a `type`, too. Only FSDP2 reads `keep_local_file`, from ROLL 0.2.0.

    checkpoint_config:
      type: file_system
      output_dir: /checkpoints
      keep_local_file: true   # warning: [local-checkpoint-deleted]
    actor_train:
      strategy_args: {strategy_name: megatron_train}

Use the copy in `output_dir`:

    checkpoint_config:
      type: file_system
      output_dir: /checkpoints
    actor_train:
      strategy_args: {strategy_name: megatron_train}

References:

- ROLL 0.1.0-0.3.0: roll/utils/checkpoint_manager.py, CheckpointManager.upload
- ROLL 0.1.0-0.3.0: roll/utils/checkpoint_manager.py, CheckpointManager.__init__
- ROLL 0.2.0-0.3.0: roll/distributed/strategy/fsdp2_strategy.py, FSDP2StrategyBase.save_checkpoint
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
        message = "missing `type` in `checkpoint_config`: ROLL uses `file_system`, which moves checkpoints"
        advice = "set `type: file_system`, or remove `checkpoint_config`"
        yield Problem("checkpoint_config", message, advice, {}, Effect.DIFFERENT, Severity.INFO, at_key=True)
    trainers = [getattr(config, role) for role in TRAINERS if hasattr(config, role)]
    reads = context.release.matches(">=0.2.0") and any(runs_on(worker, "fsdp2_train") for worker in trainers)
    if settings.get("keep_local_file") is True and trainers and not reads:
        reader = "only FSDP2 reads it" if context.release.matches(">=0.2.0") else "ROLL 0.2.0 introduced it for FSDP2"
        message = f"`keep_local_file` is ignored: {reader}"
        yield Problem("checkpoint_config.keep_local_file", message, "remove `keep_local_file`")
