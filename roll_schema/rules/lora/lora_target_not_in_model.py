r"""
Adapter modules that the model does not have.

PEFT puts an adapter on every module whose name, or whose path's end, is in `lora_target`. Names that match nothing are
skipped without a message, so that less is trained than written; if no name matches, PEFT stops ("Target modules ... not
found in the base model"). The same goes for a regular expression that matches no module's whole path. Modules are those
of the model's type in transformers 4 or 5, which `config.json` tells, or the name of a published model.

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_porj   # error: [lora-target-not-in-model]

A regular expression has to match the whole path, and in this model attention is called `self_attn`:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: .*\.attention\.(q|v)_proj   # error: [lora-target-not-in-model]

Write the names that the model has:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import KEYWORDS, OTHER_NAMES, is_pattern, target_names
from roll_schema.facts.catalog.adapters import ADAPTABLE, kinds_matched, kinds_named
from roll_schema.facts.missing import FactMissing
from roll_schema.planning.workers import model_modules, trained_by_peft
from roll_schema.rules.lora.lora_target_accidental_regex import matches_nothing
from roll_schema.rules.lora.lora_target_invalid_regex import regex_fault
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import closest

if TYPE_CHECKING:
    from roll_schema.facts.catalog.checkpoint import Checkpoint
    from roll_schema.models.ppo_config import PPOConfig

COMMON = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""Names of linear layers in most text models."""


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_target_not_in_model(config: PPOConfig) -> Iterator[Problem]:
    target = config.actor_train.model_args.lora_target
    if not trained_by_peft(config):
        return
    if is_pattern(target):
        yield from _pattern(config, target)
    else:
        yield from _names(config, target_names(target))


def _pattern(config: PPOConfig, target: str) -> Iterator[Problem]:
    if regex_fault(target) or matches_nothing(target):
        return
    model, known = model_modules(config, "actor_train")
    kinds = kinds_matched(known, target)
    if kinds is None:
        raise FactMissing("model")
    if not kinds:
        yield Problem(
            "actor_train.model_args.lora_target",
            f"no module's path in `{model}` matches this regular expression, so PEFT stops",
            help=f"Match whole paths such as `{_sample(known)}`, or write names: `{','.join(_adaptable(known))}`.",
        )


def _names(config: PPOConfig, names: list[str]) -> Iterator[Problem]:
    field = "actor_train.model_args.lora_target"
    if not any(names):
        yield Problem(field, "`lora_target` names no module, so PEFT finds nothing to train", help=_list_all(COMMON))
        return
    model, known = model_modules(config, "actor_train")
    missing = [name for name in names if _is_missing(name, known)]
    if not missing:
        return
    shown = ", ".join(f"`{name}`" for name in missing)
    found = [name for name in names if name and name not in missing and name not in KEYWORDS]
    outcome = f"PEFT trains only {', '.join(found)}, without a message" if found else "PEFT stops, as no name matches"
    yield Problem(
        field,
        f"`{model}` has no module {shown}: {outcome}",
        help=_advice(missing, model, known),
        effect=Effect.DIFFERENT if found else Effect.WORKER_START,
    )


def _is_missing(name: str, known: Checkpoint) -> bool:
    """Whether no module is so called; of a path with a layer's number, only the last name is looked at."""
    parts = name.split(".")
    numbered = any(part.isdigit() for part in parts)
    last = parts[-1]
    return (
        bool(name)
        and name not in KEYWORDS
        and not last.isdigit()
        and not kinds_named(known, last if numbered else name)
    )


def _advice(missing: list[str], model: str, known: Checkpoint) -> str:
    for name in missing:
        last = name.rpartition(".")[2]
        if len(name.split()) > 1:
            return f"Put commas between the names: `lora_target: {','.join(name.split())}`."
        other = OTHER_NAMES.get(last, "")
        if other and all(kinds_named(known, part) for part in other.split(",")):
            return f"`{model}` calls it `{other}` in transformers."
        if close := closest(last.lower(), _adaptable(known)):
            return f"Did you mean `{close}` instead of `{name}`?"
    return _list_all(_adaptable(known))


def _adaptable(known: Checkpoint) -> list[str]:
    """Last names of the linear layers inside the model's layers."""
    names = (
        path.rpartition(".")[2]
        for architecture in known.architectures
        for path, kind in architecture.modules.items()
        if kind in ADAPTABLE - {"embedding"} and "{" in path and not path.endswith("}")
    )
    return list(dict.fromkeys(names))


def _sample(known: Checkpoint) -> str:
    """The path of one linear layer."""
    for architecture in known.architectures:
        for path, kind in architecture.modules.items():
            if kind == "linear" and "{" in path:
                return re.sub(r"\{[^}]*\}", "0", path)
    return "model.layers.0.self_attn.q_proj"


def _list_all(names: Iterable[str]) -> str:
    return f"Choose from `{','.join(names)}`."
