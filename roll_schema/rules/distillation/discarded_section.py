"""
A role that pure distillation throws away.

`is_pure_opd`, and `start_onpolicy_distill_pipeline.py` always, put `student_train`, `student_infer` and `teacher` in
the places of `actor_train`, `actor_infer` and `reference`; what these say counts for nothing.

    is_pure_opd: true
    actor_train:   # warning: [discarded-section]
      training_args: {learning_rate: 1.0e-5}

Write it into the student's section:

    is_pure_opd: true
    student_train:
      training_args: {learning_rate: 1.0e-5}
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.2.1")
def discarded_section(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, fault.help)
