"""
Different vocabularies of student and teacher.

Detects a student and a teacher whose vocabularies differ in size by more than padding. The student learns the teacher's
probabilities token by token, and ROLL does not check that a token id means the same in both. With different
vocabularies the loss compares unrelated tokens.

    student_pretrain: meta-llama/Llama-3.2-3B
    teacher_pretrain: Qwen/Qwen3-32B   # warning: [vocabularies-differ]

Use two models of one family:

    student_pretrain: Qwen/Qwen3-1.7B
    teacher_pretrain: Qwen/Qwen3-32B

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/distill/distill_pipeline.py, pipeline_config.target_vocab_size
- ROLL 0.1.3-0.3.0: roll/pipeline/distill/distill_worker.py, target_vocab_size=self.pipeline_config.target_vocab_size
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import model_size
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.distill_config import DistillConfig

_PADDING = 1024
"""Tokens by which the embeddings of models with one vocabulary may differ in size."""


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=("distill", "distill_vl"))
def vocabularies_differ(config: DistillConfig) -> Iterator[Problem]:
    student, student_tokens = model_size(config, "student", "vocab")
    teacher, teacher_tokens = model_size(config, "teacher", "vocab")
    if abs(student_tokens - teacher_tokens) > _PADDING:
        message = (
            f"expected the student's vocabulary of {student_tokens:,} tokens, "
            f"found {teacher_tokens:,} tokens in `{teacher}`"
        )
        notes = {"student_pretrain": f"`{student}` has {student_tokens:,} tokens"}
        yield Problem("teacher_pretrain", message, "set `teacher_pretrain` to a model of the student's family", notes)
