"""
A teacher whose batch is larger than the student's share.

The teacher's `per_device_train_batch_size` may be at most what one rank of the student gets per step; ROLL asserts it
in the first step.

    student:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 2}
    teacher:
      training_args: {per_device_train_batch_size: 4}   # error: [teacher-batch]

At most 1 x 2:

    student:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 2}
    teacher:
      training_args: {per_device_train_batch_size: 2}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.distill_config import DistillConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, pipelines=("distill", "distill_vl"))
def teacher_batch(config: DistillConfig) -> Iterator[Problem]:
    mine, theirs = config.student.training_args, config.teacher.training_args
    share = mine.per_device_train_batch_size * mine.gradient_accumulation_steps
    if 0 < share < theirs.per_device_train_batch_size:
        yield Problem(
            "teacher.training_args.per_device_train_batch_size",
            f"the teacher takes {theirs.per_device_train_batch_size} samples at a time, and a student rank has {share} "
            f"({mine.per_device_train_batch_size} x {mine.gradient_accumulation_steps})",
            f"Write {share} or less.",
        )
