"""
Adapter modules that cannot carry an adapter.

PEFT adapts linear layers and embeddings. A name that matches a norm, an activation or a block of layers stops it when
the training workers build the model ("Target module ... is not supported"), however good the other names are.

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,v_proj,input_layernorm   # error: [lora-target-not-linear]

Name linear layers only; to adapt a whole block, name the layers in it:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args:
        lora_target: q_proj,v_proj,gate_proj,up_proj,down_proj
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

INSIDE = {"self_attn": "q_proj,k_proj,v_proj,o_proj", "mlp": "gate_proj,up_proj,down_proj"}


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_target_not_linear(config: PPOConfig) -> Iterator[Problem]:
    if not trained_by_peft(config):
        return
    names = target_names(config.actor_train.model_args.lora_target)
    model = model_of(config, "actor_train")
    wrong = [name for name in names if _is_no_layer(model, name)]
    if not wrong:
        return
    shown = ", ".join(f"`{name}`" for name in wrong)
    kind = "no linear layers" if len(wrong) > 1 else "no linear layer"
    inside = INSIDE.get(wrong[0].rpartition(".")[2])
    kept = [name for name in names if name not in wrong]
    yield Problem(
        "actor_train.model_args.lora_target",
        f"{shown} {'are' if len(wrong) > 1 else 'is'} {kind}, so PEFT refuses the adapter",
        help=f"Name the layers inside instead: `{inside}`."
        if inside
        else f"Write `lora_target: {','.join(kept) or 'q_proj,k_proj,v_proj,o_proj'}`.",
    )


def _is_no_layer(model: str | None, name: str) -> bool:
    """Whether a name takes modules, and only such as carry no adapter in whichever release of transformers."""
    known = checkpoint(model) if model else None
    if known is None or not known.architectures:
        return name.rpartition(".")[2] in NEVER_LINEAR
    kinds = kinds_named(known, name)
    return bool(kinds) and not kinds & ADAPTABLE
