"""
A student and a teacher with different vocabularies.

Token by token, the student learns the teacher's probabilities, and ROLL does not check that a number stands for the
same token in both: with another vocabulary the loss is about other words.

    student_pretrain: meta-llama/Llama-3.2-3B
    teacher_pretrain: Qwen/Qwen3-32B   # warning: [vocabularies-differ]

Two models of one family:

    student_pretrain: Qwen/Qwen3-1.7B
    teacher_pretrain: Qwen/Qwen3-32B
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
    student, mine = model_size(config, "student", "vocab")
    teacher, theirs = model_size(config, "teacher", "vocab")
    if abs(mine - theirs) > _PADDING:
        message = f"`{teacher}` has a vocabulary of {theirs:,} tokens, and its student `{student}` one of {mine:,}"
        yield Problem(
            "teacher_pretrain", message, "Choose two models of one family.", {"student_pretrain": "the student"}
        )
