"""
Resume without a path.

Up to ROLL 0.2.1, `resume_from_checkpoint: true` is used as a path, and the run fails when the pipeline is built. ROLL
0.3.0 lists the `output_dir` of `checkpoint_config`. It has added the start time to that path before, so the folder does
not exist. Without `checkpoint_config.type`, it starts from scratch.

    resume_from_checkpoint: true   # error: [resume-without-path]

Set the folder of the checkpoint:

    resume_from_checkpoint: /checkpoints/rlvr/checkpoint-200

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/base_pipeline.py, BasePipeline.__init__
- ROLL 0.3.0: roll/utils/checkpoint_manager.py, get_latest_ckpt
- ROLL 0.3.0: roll/utils/upload_utils.py, FileSystemUploader.get_latest_ckpt
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def resume_without_path(config: BaseConfig, context: Context) -> Iterator[Problem]:
    key = "resume_from_checkpoint"
    if config.resume_from_checkpoint is not True:
        return
    advice = f"set `{key}` to the folder of a checkpoint, such as `/checkpoints/checkpoint-200`"
    if context.release.matches("<0.3.0"):
        message = f"`{key}` must be a path in ROLL {context.release.name}, found `true`"
        yield Problem(key, message, advice)
    elif config.checkpoint_config and config.checkpoint_config.get("type"):
        message = f"`{key}: true` searches the output folder of this run, which does not exist yet"
        yield Problem(key, message, advice)
    else:
        message = f"`{key}: true` is ignored: `checkpoint_config` has no `type`"
        yield Problem(key, message, advice, severity=Severity.WARNING, effect=Effect.IGNORED)
