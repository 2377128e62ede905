"""
A truth value where a number is wanted.

In Python `true` is the integer 1, so ROLL's loader lets it pass: `save_steps: yes` saves after every step.

    save_steps: yes   # warning: [boolean-for-number]

Write the number:

    save_steps: 1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import types
from roll_schema.models.validation import facts_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.section import Section


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def boolean_for_number(section: Section, context: Context) -> Iterator[Problem]:
    facts = facts_of(type(section), context.release)
    for field in section.model_fields_set:
        value, declared = context.written(field), types.parse(facts.get(field, {}).get("type", "")).required
        if isinstance(value, bool) and declared.kind in ("int", "float"):
            message = f"`{field}` is a number, and {shown(value)} is taken as {int(value)}"
            yield Problem(field, message, f"Write `{field}: {int(value)}`, or the number that was meant.")
