"""
A place for checkpoints that ROLL does not have.

`checkpoint_config.type` can only be `file_system`; another name stops the run when the pipeline is built.

    checkpoint_config:
      type: oss   # error: [unknown-checkpoint-type]
      output_dir: ./checkpoints

Write the one that there is:

    checkpoint_config:
      type: file_system
      output_dir: ./checkpoints
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def unknown_checkpoint_type(config: BaseConfig) -> Iterator[Problem]:
    kind = config.checkpoint_config.get("type") if config.checkpoint_config else None
    if isinstance(kind, str) and kind != "file_system":
        yield Problem("checkpoint_config.type", f"ROLL uploads to no `{kind}`", "Write `type: file_system`.")
