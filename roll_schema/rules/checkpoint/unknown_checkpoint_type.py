"""
Unknown checkpoint type.

`checkpoint_config.type` names how checkpoints are uploaded. ROLL has only `file_system`; another name fails when the
pipeline is built.

    checkpoint_config:
      type: oss   # error: [unknown-checkpoint-type]
      output_dir: ./checkpoints

Use `file_system`:

    checkpoint_config:
      type: file_system
      output_dir: ./checkpoints

References:

- ROLL 0.1.0-0.3.0: roll/utils/checkpoint_manager.py, CheckpointManager.__init__
- ROLL 0.1.0-0.3.0: roll/utils/upload_utils.py, uploader_registry
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
        yield Problem("checkpoint_config.type", f"unknown checkpoint type `{kind}`", "set `type: file_system`")
