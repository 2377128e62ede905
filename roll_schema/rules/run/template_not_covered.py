"""
A chat template that roll-run does not have.

It takes the tokenizer's own for `native`, `qwen2_5` and `qwen3`, and has `chatml` and `empty`.

    global_template: longcot_V3   # error: [template-not-covered]

The tokenizer's own:

    global_template: native

References:

- roll-run 0.1.0: roll_schema/facts/supported.py, TEMPLATES
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR)
def template_not_covered(config: RLVRConfig) -> Iterator[Problem]:
    place, name = "global_template", config.global_template
    if name is None and config.actor_train.data_args is not None:
        place, name = "actor_train.data_args.template", config.actor_train.data_args.template
    if name is not None and name not in supported.TEMPLATES:
        yield Problem(
            place,
            f"roll-run has no template `{name}`; it has {', '.join(supported.TEMPLATES)}",
            "Write `native` for the tokenizer's own.",
        )
