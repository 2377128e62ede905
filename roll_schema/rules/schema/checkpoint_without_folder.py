"""
Checkpoints that have nowhere to go.

`type: file_system` joins `output_dir` with a time stamp while the config is loaded, and stops with a TypeError when
there is none.

    checkpoint_config:   # error: [checkpoint-without-folder]
      type: file_system

Say where:

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


@rule(Severity.ERROR, effect=Effect.LOAD)
def checkpoint_without_folder(config: BaseConfig) -> Iterator[Problem]:
    settings = config.checkpoint_config
    if settings and settings.get("type") == "file_system" and settings.get("output_dir") is None:
        message = "`checkpoint_config` of type file_system needs an `output_dir`"
        yield Problem("checkpoint_config.output_dir", message, "Add `output_dir: ./checkpoints` to it.")
