"""
A way to resume that does not.

Up to ROLL 0.2.1 `resume_from_checkpoint: true` is taken for a path and fails at start. In 0.3.0 it looks into the
output folder of the new run, which does not exist yet, or starts from scratch without a word where `checkpoint_config`
has no `type`.

    resume_from_checkpoint: true   # error: [resume-refused]

The folder of the checkpoint:

    resume_from_checkpoint: /checkpoints/rlvr/checkpoint-200
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def resume_refused(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if config.resume_from_checkpoint is not True:
        return
    advice = "Write the checkpoint's folder: `resume_from_checkpoint: /.../checkpoint-200`."
    if context.release.matches("<0.3.0"):
        message = f"ROLL {context.release.name} takes `true` for the path of a checkpoint"
        yield Problem("resume_from_checkpoint", message, advice)
    elif config.checkpoint_config and config.checkpoint_config.get("type"):
        message = "`true` looks for checkpoints in the folder that this run has yet to make"
        yield Problem("resume_from_checkpoint", message, advice, effect=Effect.RESUMING)
    else:
        message = "`true` without `checkpoint_config.type` starts from scratch without a word"
        yield Problem("resume_from_checkpoint", message, advice, severity=Severity.WARNING, effect=Effect.DIFFERENT)
