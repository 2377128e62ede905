"""
Micro-batch of the teacher above its share.

Detects a `per_device_train_batch_size` of the teacher above the samples that a rank of the teacher gets per step, which
ROLL asserts at the first step: the student's `per_device_train_batch_size` × `gradient_accumulation_steps` × ranks,
divided by the teacher's ranks. ROLL 0.1.3 asserts that it is at most the student's `per_device_train_batch_size`.

    student:
      training_args: {per_device_train_batch_size: 2, gradient_accumulation_steps: 2}
    teacher:
      training_args: {per_device_train_batch_size: 4}   # error: [teacher-batch]

Use a smaller micro-batch:

    student:
      training_args: {per_device_train_batch_size: 2, gradient_accumulation_steps: 2}
    teacher:
      training_args: {per_device_train_batch_size: 2}

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/distill/distill_worker.py, TeacherWorker.forward
- ROLL 0.2.0-0.3.0: roll/pipeline/distill/distill_pipeline.py, self.batch_size
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import data_parallel_size
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.distill_config import DistillConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3", pipelines=("distill", "distill_vl"))
def teacher_batch(config: DistillConfig, context: Context) -> Iterator[Problem]:
    training, micro = config.student.training_args, config.teacher.training_args.per_device_train_batch_size
    of_student, steps = training.per_device_train_batch_size, training.gradient_accumulation_steps
    if context.release.matches("<0.2.0"):
        share, limit = of_student, f"the student's {of_student}"
    else:
        ranks, of_teacher = data_parallel_size(config.student), data_parallel_size(config.teacher)
        if not ranks or not of_teacher:
            return
        share = of_student * steps * ranks // of_teacher
        arithmetic = f"{of_student} × {steps} × {ranks} student ranks / {of_teacher} teacher ranks"
        limit = f"the {share} sample{'s' * (share != 1)} of a teacher rank ({arithmetic})"
    if 0 < share < micro:
        yield Problem(
            "teacher.training_args.per_device_train_batch_size",
            f"`per_device_train_batch_size: {micro}` exceeds {limit}",
            f"set `per_device_train_batch_size: {share}`",
        )
