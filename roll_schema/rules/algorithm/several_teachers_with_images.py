"""
Several teachers for a vision-language model.

The pipeline for images uses one reference only; a mapping of teachers is not supported there.

    use_opd: true
    teacher:   # warning: [several-teachers-with-images]
      math: {device_mapping: "list(range(0,8))"}
      code: {device_mapping: "list(range(8,16))"}

One teacher:

    use_opd: true
    teacher:
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases=">=0.3.0", pipelines=("rlvr_vl",))
def several_teachers_with_images(config: PPOConfig) -> Iterator[Problem]:
    if isinstance(config.teacher, dict) and len(config.teacher) > 1:
        message = f"this pipeline uses one reference only, and here are {len(config.teacher)} teachers"
        yield Problem("teacher", message, "Keep one of them.", at_key=True)
