"""
Value outside the allowed choices.

ROLL's loader compares the value exactly, case included. Its own message does not list the choices.

    adv_estimator: GRPO   # error: [invalid-choice]

Set one of the choices:

    adv_estimator: grpo

References:

- ROLL 0.1.0-0.3.0: roll/configs/worker_config.py, strategy_name: Literal[
- dacite 1.9.2: dacite/types.py, is_instance
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

SYNONYMS = {"flash_attention_2": "fa2", "bfloat16": "bf16", "float16": "fp16", "float32": "fp32", "eager": "sdpa"}
"""Names that other libraries have for a choice."""

OTHER_ALGORITHMS = {"cispo", "dapo", "gmpo", "gspo", "ppo", "reinforce++", "reinforce_plus_plus", "remax", "rloo"}
"""Names that resemble an algorithm of ROLL and mean another one."""


@rule(Severity.ERROR, effect=Effect.LOAD, claims=("literal_error",))
def invalid_choice(error: SchemaError, context: Context) -> Iterator[Problem]:
    if releases_with_choice(error):
        return  # choice-not-in-release says more
    fact = facts_of(error.owner, error.release).get(error.field, {})
    choices = [choice for choice in fact.get("choices", []) if choice is not None]
    value = error.node.value
    shown = f"`{value}`" if isinstance(value, str) else describe(value)
    listed = ", ".join(f"`{choice}`" for choice in choices)
    message = f"`{error.path}`: expected one of {listed}, found {shown}"
    meant = _meant(value, choices)
    if meant is None:
        yield Problem(error.path, message, f"set `{error.key}` to one of these values")
    else:
        yield Problem(error.path, message, f"did you mean `{meant}`?", change=Write(meant))


def _meant(value: object, choices: list[str]) -> str | None:
    if not isinstance(value, str) or value.lower() in OTHER_ALGORITHMS:
        return None
    synonym = SYNONYMS.get(value)
    return synonym if synonym in choices else closest(value, choices)
