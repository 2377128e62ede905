r"""
Unknown modules in `lora_target`.

The rule compares `lora_target` with the modules of the model. PEFT puts an adapter on every module whose name, or the
end of whose path, is in `lora_target`. It skips names that match nothing, so less is trained than written. If no name
matches, PEFT stops ("Target modules ... not found in the base model"). The same holds for a regular expression that
matches no module's whole path. The modules are those of the model's type in transformers 4 or 5. The type comes from
`config.json`, or from the name of a published model.

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_porj   # error: [lora-target-not-in-model]

A regular expression must match the whole path, and in this model attention is called `self_attn`:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: .*\.attention\.(q|v)_proj   # error: [lora-target-not-in-model]

Use the names of the model:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj

References:

- PEFT 0.21.2: peft/tuners/tuners_utils.py, check_target_module_exists
- PEFT 0.21.2: peft/tuners/tuners_utils.py, BaseTuner.inject_adapter
- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, setup_lora_training
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

FIELD = "actor_train.model_args.lora_target"
ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
COMMON = (*ATTENTION, "gate_proj", "up_proj", "down_proj")
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
        message = f"regular expression in `lora_target` matches no module path of `{model}`"
        yield Problem(FIELD, f"{message} (for example `{_sample(known)}`)", _write(_usual(known)))


def _names(config: PPOConfig, names: list[str]) -> Iterator[Problem]:
    if not any(names):
        yield Problem(FIELD, "`lora_target` names no module", _write(COMMON))
        return
    model, known = model_modules(config, "actor_train")
    unknown = [name for name in names if _is_unknown(name, known)]
    if not unknown:
        return
    shown = ", ".join(f"`{name}`" for name in unknown)
    trained = [name for name in names if name and name not in unknown and name not in KEYWORDS]
    outcome = f"PEFT trains only `{', '.join(trained)}`" if trained else "PEFT stops"
    yield Problem(
        FIELD,
        f"unknown module{'s' * (len(unknown) > 1)} {shown} in `{model}`: {outcome}",
        help=_advice(names, unknown, known),
        effect=Effect.DIFFERENT if trained else Effect.WORKER_START,
    )


def _is_unknown(name: str, known: Checkpoint) -> bool:
    """Whether the model has no such module; of a path with a layer's number, only the last name is compared."""
    parts = name.split(".")
    numbered = any(part.isdigit() for part in parts)
    last = parts[-1]
    return (
        bool(name)
        and name not in KEYWORDS
        and not last.isdigit()
        and not kinds_named(known, last if numbered else name)
    )


def _advice(names: list[str], unknown: list[str], known: Checkpoint) -> str:
    for name in unknown:
        last = name.rpartition(".")[2]
        if len(name.split()) > 1:
            return _write(part for one in names for part in one.split())
        other = OTHER_NAMES.get(last, "")
        if other and all(kinds_named(known, part) for part in other.split(",")):
            return f"replace `{name}` with `{other}`"
        if close := closest(last.lower(), _adaptable(known)):
            return f"did you mean `{close}` instead of `{name}`?"
    return _write(_usual(known))


def _usual(known: Checkpoint) -> list[str]:
    """The layers that most adapters are put on; of a mixture of experts, those that vLLM serves."""
    adaptable = _adaptable(known)
    return [name for name in (ATTENTION if "experts" in known.sizes else COMMON) if name in adaptable] or adaptable


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


def _write(names: Iterable[str]) -> str:
    return f"set `lora_target: {','.join(names)}`"
