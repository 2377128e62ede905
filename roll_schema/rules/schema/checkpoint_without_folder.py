"""
Checkpoint upload without a folder.

With `type: file_system`, ROLL joins `output_dir` and a time stamp while it loads the config. Without `output_dir` this
is a TypeError.

    checkpoint_config:   # error: [checkpoint-without-folder]
      type: file_system

Set the folder:

    checkpoint_config:
      type: file_system
      output_dir: ./checkpoints

References:

- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, output_dir = self.checkpoint_config.get("output_dir")
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def checkpoint_without_folder(config: BaseConfig) -> Iterator[Problem]:
    settings = config.checkpoint_config
    if settings and settings.get("type") == "file_system" and settings.get("output_dir") is None:
        message = "missing `checkpoint_config.output_dir`: `type: file_system` needs a folder"
        yield Problem("checkpoint_config.output_dir", message, "set `output_dir: ./checkpoints`")
