"""
Modules in `lora_target` that are not linear layers.

The rule finds norms, activations and blocks of layers in `lora_target`. PEFT puts adapters on linear layers and
embeddings only. It stops when the training workers build the model ("Target module ... is not supported"), even if the
other names are right.

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,v_proj,input_layernorm   # error: [lora-target-not-linear]

Name linear layers only. To adapt a block, name the layers in it:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,v_proj,gate_proj,up_proj,down_proj

References:

- PEFT 0.21.2: peft/tuners/lora/model.py, LoraModel._create_new_module
- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, setup_lora_training
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import NEVER_LINEAR, target_names
from roll_schema.facts.catalog.adapters import ADAPTABLE, kinds_named
from roll_schema.facts.catalog.checkpoint import checkpoint
from roll_schema.planning.workers import model_of, trained_by_peft
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

INSIDE = {"self_attn": ("q_proj", "k_proj", "v_proj", "o_proj"), "mlp": ("gate_proj", "up_proj", "down_proj")}
"""Linear layers in the blocks of most text models."""


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_target_not_linear(config: PPOConfig) -> Iterator[Problem]:
    if not trained_by_peft(config):
        return
    names = target_names(config.actor_train.model_args.lora_target)
    model = model_of(config, "actor_train")
    refused = [name for name in names if _is_not_linear(model, name)]
    if not refused:
        return
    shown = ", ".join(f"`{name}`" for name in refused)
    linear = (part for name in names for part in (INSIDE.get(_last(name), ()) if name in refused else (name,)))
    better = ",".join(dict.fromkeys(linear)) or "q_proj,k_proj,v_proj,o_proj"
    yield Problem(
        "actor_train.model_args.lora_target",
        f"{shown} in `lora_target` {'are not linear layers' if len(refused) > 1 else 'is not a linear layer'}: "
        "PEFT stops",
        help=f"set `lora_target: {better}`",
    )


def _is_not_linear(model: str | None, name: str) -> bool:
    """Whether a name matches modules, and only those that carry no adapter in any release of transformers."""
    known = checkpoint(model) if model else None
    if known is None or not known.architectures:
        return _last(name) in NEVER_LINEAR
    kinds = kinds_named(known, name)
    return bool(kinds) and not kinds & ADAPTABLE


def _last(module: str) -> str:
    return module.rpartition(".")[2]
