"""
A value that is none of the choices.

ROLL's loader compares exactly, case included, and its own message does not list the choices.

    adv_estimator: GRPO   # error: [invalid-choice]

Write one of them:

    adv_estimator: grpo
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.models.validation import SchemaError, facts_of
from roll_schema.rules.release.choice_not_in_release import releases_with_choice
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.schema.wrong_type import describe
from roll_schema.source.change import Write
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import closest


@rule(Severity.ERROR, effect=Effect.LOAD, claims=("literal_error",))
def invalid_choice(error: SchemaError, context: Context) -> Iterator[Problem]:
    if releases_with_choice(error):
        return  # choice-not-in-release says more
    fact = facts_of(error.owner, error.release).get(error.field, {})
    choices = [choice for choice in fact.get("choices", []) if choice is not None]
    value = error.node.value
    if value is None:
        shown = "null"
    else:
        shown = f"`{value}`" if isinstance(value, str) else describe(value)
    listed = ", ".join(f"`{choice}`" for choice in choices)
    message = f"`{error.path}` must be one of {listed}, but this is {shown}"
    close = _meant(error.node.value, choices)
    if close is None:
        yield Problem(error.path, message)
    else:
        yield Problem(error.path, message, f"Did you mean `{close}`?", change=Write(close))


def _meant(value: object, choices: list[str]) -> str | None:
    if not isinstance(value, str):
        return None
    synonyms = {"flash_attention_2": "fa2", "bfloat16": "bf16", "float16": "fp16", "float32": "fp32", "eager": "sdpa"}
    meant = synonyms.get(value)
    return meant if meant in choices else closest(value, choices)
