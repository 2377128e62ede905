"""
Adapter modules that the model does not have.

PEFT puts an adapter on every module whose name, or whose path's end, is in `lora_target`. Names that match nothing are
skipped without a message, so that less is trained than written; if no name matches, PEFT stops ("Target modules ... not
found in the base model"). Only dense Qwen2, Qwen2.5, Qwen3, Llama 2 and 3 and Mistral models are judged, known by the
last part of the model's path.

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_porj   # error: [lora-target-not-in-model]

Write the names that the model has:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.catalog import KEYWORDS, OTHER_NAMES, Family, family_of, is_pattern, target_names
from roll_schema.diagnostic import Severity
from roll_schema.rule import Problem, rule
from roll_schema.text import closest
from roll_schema.workers import trained_by_peft, trained_model

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

COMMON = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""Names of linear layers in most text models."""


@rule(Severity.ERROR, fails="at worker start")
def lora_target_not_in_model(config: PPOConfig) -> Iterator[Problem]:
    target = config.actor_train.model_args.lora_target
    field = "actor_train.model_args.lora_target"
    if not trained_by_peft(config) or is_pattern(target):
        return
    names = target_names(target)
    if not any(names):
        yield Problem(field, "`lora_target` names no module, so PEFT finds nothing to train", help=_list_all(None))
        return
    model = trained_model(config)
    family = family_of(model) if model else None
    if family is None:
        return
    missing = [name for name in names if _is_missing(name, family)]
    if not missing:
        return
    shown = ", ".join(f"`{name}`" for name in missing)
    found = [name for name in names if name and name not in missing and name not in KEYWORDS]
    outcome = f"PEFT trains only {', '.join(found)}, without a message" if found else "PEFT stops, as no name matches"
    yield Problem(
        field,
        f"{family.name} has no module {shown}: {outcome}",
        help=_advice(missing, family),
        fails="silently" if found else "at worker start",
    )


def _is_missing(name: str, family: Family) -> bool:
    last = name.rpartition(".")[2]
    elsewhere = not name or name in KEYWORDS or last.isdigit() or last in family.other
    return not elsewhere and last not in family.adaptable


def _advice(missing: list[str], family: Family) -> str:
    for name in missing:
        last = name.rpartition(".")[2]
        if len(name.split()) > 1:
            return f"Put commas between the names: `lora_target: {','.join(name.split())}`."
        if last in OTHER_NAMES:
            return f"{family.name} calls it `{OTHER_NAMES[last]}` in transformers."
        if close := closest(last.lower(), family.linear):
            return f"Did you mean `{close}` instead of `{name}`?"
    return _list_all(family)


def _list_all(family: Family | None) -> str:
    names = family.linear if family else COMMON
    return f"Choose from `{','.join(names)}`."
