"""
A `lora_target` that is taken for a regular expression and is none.

A `*`, `$`, `|` or `(` anywhere in `lora_target` makes ROLL keep the whole text as one regular expression instead of
names with commas. Python's `re` refuses this one when PEFT builds the adapter; wildcards as in file names are not
regular expressions.

    actor_train:
      model_args:
        lora_target: "*_proj"   # error: [lora-target-invalid-regex]

Write the regular expression, which must match the whole path of a module, or the names:

    actor_train:
      model_args:
        lora_target: .*_proj
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import is_pattern
from roll_schema.planning.workers import trained_by_peft
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

MAX_LENGTH = 1000


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_target_invalid_regex(config: PPOConfig) -> Iterator[Problem]:
    target = config.actor_train.model_args.lora_target
    if not trained_by_peft(config) or not is_pattern(target):
        return
    if reason := regex_fault(target):
        yield Problem(
            "actor_train.model_args.lora_target",
            f"ROLL takes this for a regular expression, and Python refuses it: {reason}",
            help="Write names with commas, such as `lora_target: q_proj,k_proj,v_proj,o_proj`, or correct the regular "
            "expression (`.*` stands for any text).",
        )


def regex_fault(text: str) -> str | None:
    """Why Python cannot compile a regular expression; None where it can, and for texts too long to try."""
    if len(text) > MAX_LENGTH:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except (re.error, OverflowError) as error:
        return str(error)
    except RecursionError:
        return "it is nested too deep"
    return None
