"""
Invalid regular expression in `lora_target`.

The rule finds a `lora_target` that one of the characters `*`, `$`, `|` and `(` turns into a regular expression, and
that Python cannot compile. Wildcards of file names are not regular expressions. PEFT stops when it builds the adapter.

    actor_train:
      model_args:
        lora_target: "*_proj"   # error: [lora-target-invalid-regex]

Use a regular expression that matches the whole path of a module, or names:

    actor_train:
      model_args:
        lora_target: .*_proj

References:

- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, ModelArguments.__post_init__
- PEFT 0.21.2: peft/utils/other.py, match_target_against_key
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
            f"invalid regular expression in `lora_target`: {reason}",
            help="set `lora_target: q_proj,k_proj,v_proj,o_proj`",
        )


def regex_fault(text: str) -> str | None:
    """Why Python cannot compile a regular expression; None where it can, and for those too long to try."""
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
