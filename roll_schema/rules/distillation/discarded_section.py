"""
Section that pure distillation ignores.

Detects `actor_train`, `actor_infer` and `reference` in pure on-policy distillation. With `is_pure_opd`, which
`start_onpolicy_distill_pipeline.py` always turns on, ROLL replaces them with `student_train`, `student_infer` and
`teacher`, and their settings are lost.

    is_pure_opd: true
    actor_train:   # warning: [discarded-section]
      training_args: {learning_rate: 1.0e-5}

Move the settings to the section of the student:

    is_pure_opd: true
    student_train:
      training_args: {learning_rate: 1.0e-5}

References:

- ROLL 0.2.1-0.3.0: roll/configs/base_config.py, PPOConfig._handle_opd_mapping
- ROLL 0.2.1-0.3.0: examples/start_onpolicy_distill_pipeline.py, config_dict["is_pure_opd"] = True
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.2.1")
def discarded_section(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, fault.help)
