"""
Names with commas that ROLL takes for one regular expression.

A `*`, `$`, `|` or `(` anywhere in `lora_target` makes ROLL keep the whole text as one regular expression, its commas
included. No path of a module holds a comma, so nothing matches and PEFT stops when the training workers build the
model. Commas in `{1,2}` or in brackets, and those that a match can do without, are fine.

    actor_train:
      model_args:
        lora_target: .*q_proj,.*v_proj   # error: [lora-target-accidental-regex]

Write plain names, or a regular expression without commas that matches the whole path of a module:

    actor_train:
      model_args:
        lora_target: .*(q_proj|v_proj)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from roll_schema.catalog import is_pattern
from roll_schema.diagnostic import Severity
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.rule import Problem, rule
from roll_schema.rules.lora.lora_target_invalid_regex import MAX_LENGTH, regex_fault
from roll_schema.rules.lora.lora_target_not_in_model import trained_by_peft

_NOT_LITERAL = re.compile(r"\\[^,]|\{\d*,\d*\}|\[\^?\]?[^\]]*\]")
_GROUP = re.compile(r"\(([^()]*)\)")
_NAME = re.compile(r"([a-zA-Z]\w*)\W*$")


@rule(Severity.ERROR, fails="at worker start")
def lora_target_accidental_regex(config: RLVRConfig) -> Iterator[Problem]:
    target = config.actor_train.model_args.lora_target
    if not trained_by_peft(config) or not is_pattern(target) or not matches_need_comma(target):
        return
    characters = ", ".join(f"`{character}`" for character in "*$|(" if character in target)
    names = [match[1] for part in re.split(r"[,|(]", target) if (match := _NAME.search(part))]
    yield Problem(
        "actor_train.model_args.lora_target",
        f"because of {characters} ROLL takes this for one regular expression, and with its commas it matches no module",
        help=f"Write names only: `lora_target: {','.join(names or ['q_proj', 'k_proj', 'v_proj', 'o_proj'])}`.",
    )


def matches_need_comma(pattern: str) -> bool:
    """Whether every text that a regular expression matches holds a comma; False where that is not plain to see."""
    if len(pattern) > MAX_LENGTH or regex_fault(pattern):
        return False
    plain = _NOT_LITERAL.sub(".", pattern)
    if "(" not in plain:
        return all(_needs_comma(part) or _matches_no_path(part) for part in plain.split("|"))
    while (reduced := _GROUP.sub(_without_group, plain)) != plain:
        plain = reduced
    return "(" not in plain and all(_needs_comma(part) for part in plain.split("|"))


def _without_group(group: re.Match[str]) -> str:
    """What a group of alternatives holds for sure: a comma if each of them does; look-arounds hold nothing."""
    text = group[1].removeprefix("?:")
    return "," if not text.startswith("?") and all(_needs_comma(part) for part in text.split("|")) else "x"


def _needs_comma(part: str) -> bool:
    return bool(re.search(r",(?![?*{])", part))


def _matches_no_path(part: str) -> bool:
    """A bare name: the whole path would have to be it, and all modules but the head lie deeper."""
    return bool(re.fullmatch(r"\s*\w+\s*", part)) and part.strip() != "lm_head"
