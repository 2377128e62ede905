r"""
Names in `lora_target` read as a regular expression.

The rule finds a `lora_target` that one of the characters `*`, `$`, `|` and `(` turns into a regular expression. ROLL
then does not split it at its commas. PEFT matches it against whole paths such as `model.layers.0.self_attn.q_proj`. An
expression that requires a comma, or that matches no dot, matches no module. The training workers stop when they build
the model.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj$   # error: [lora-target-accidental-regex]

Use plain names, or a regular expression that matches the whole path of a module:

    actor_train:
      model_args:
        lora_target: .*\.(q_proj|v_proj)

References:

- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, ModelArguments.__post_init__
- PEFT 0.21.2: peft/utils/other.py, match_target_against_key
- PEFT 0.21.2: peft/tuners/tuners_utils.py, BaseTuner.inject_adapter
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import is_pattern
from roll_schema.facts.catalog.adapters import is_quick
from roll_schema.planning.workers import trained_by_peft
from roll_schema.rules.lora.lora_target_invalid_regex import regex_fault
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

AT_THE_TOP = ("lm_head", "model", "transformer", "score")


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_target_accidental_regex(config: PPOConfig) -> Iterator[Problem]:
    target = config.actor_train.model_args.lora_target
    if not trained_by_peft(config) or not is_pattern(target) or regex_fault(target):
        return
    reason = matches_nothing(target)
    if not reason:
        return
    characters = ", ".join(f"`{character}`" for character in "*$|(" if character in target)
    names = re.findall(r"[a-zA-Z]\w*", target) or ["q_proj", "k_proj", "v_proj", "o_proj"]
    yield Problem(
        "actor_train.model_args.lora_target",
        f"`lora_target` is a regular expression because of {characters}, and matches no module: {reason}",
        help=f"set `lora_target: {','.join(names)}`",
    )


def matches_nothing(pattern: str) -> str:
    """Why a regular expression matches no module's path, whatever the model; empty where it may match one."""
    if _cannot_match_a_dot(pattern):
        return "module paths contain dots"
    return "module paths contain no comma" if _requires_a_comma(pattern) else ""


def _cannot_match_a_dot(pattern: str) -> bool:
    """Without a dot, a class or an escape, nothing in it matches a dot; few modules have a path without one."""
    if set(".[\\") & set(pattern) or not is_quick(pattern):
        return False
    return not any(re.fullmatch(pattern, name) for name in AT_THE_TOP)


def _requires_a_comma(pattern: str) -> bool:
    """A comma outside of groups, alternatives, classes and counts, that is not optional."""
    plain = re.sub(r"\\.|\[[^\]]*\]|\{[\d,]*\}", "x", pattern)
    return not set("|(") & set(plain) and re.search(r",(?![?*])", plain) is not None
