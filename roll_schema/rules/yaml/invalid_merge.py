"""
A merge key `<<` whose value is not a mapping.

`<<` copies the keys of another mapping, or of a list of mappings; with anything else the file does not load.

    actor_train:
      <<: deepspeed_train   # error: [invalid-merge]

Merge an anchored mapping:

    reference: &worker
      model_args: {dtype: bf16}
    actor_train:
      <<: *worker
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def invalid_merge(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Give `<<` an alias of a mapping, such as `<<: *name`, or a list of such aliases."
    yield Problem("", fault.message, help=advice)
