"""
Module names of another training backend.

The rule compares `lora_target` with the names of the backend's modules. Megatron merges layers: its linear layers are
called `linear_qkv`, `linear_proj`, `linear_fc1` and `linear_fc2`, and ROLL expands `all-linear` to them. On DeepSpeed
and FSDP2 the names are those of transformers. PEFT stops when the workers start if it finds no module, and trains less
than expected if it finds only some.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}   # error: [lora-target-of-other-backend]
      strategy_args: {strategy_name: megatron_train}

Use the names of Megatron:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train}

References:

- ROLL 0.2.0-0.3.0: roll/models/model_providers.py, default_actor_model_provider
- ROLL 0.2.0-0.3.0: mcore_adapter/src/mcore_adapter/adapters/lora_layer.py, apply_megatron_lora
- PEFT 0.21.2: peft/tuners/tuners_utils.py, BaseTuner.inject_adapter
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import MEGATRON_NAMES, target_names
from roll_schema.planning.workers import TRAINERS
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0")
def lora_target_of_other_backend(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    strategy, target = worker.strategy_args, worker.model_args.lora_target
    if context.path not in TRAINERS or strategy is None or target is None:
        return
    if strategy.strategy_name == "megatron_train":
        translated = MEGATRON_NAMES
    elif strategy.strategy_name in ("fsdp2_train", "deepspeed_train"):
        translated = _OF_TRANSFORMERS
    else:
        return
    names = [name for name in target_names(target) if name]
    unknown = [name for name in names if name in translated]
    if unknown:
        shown = ", ".join(f"`{name}`" for name in unknown)
        trained = [name for name in names if name not in unknown]
        outcome = f"PEFT trains only `{', '.join(trained)}`" if trained else "PEFT stops"
        better = ",".join(dict.fromkeys(part for name in names for part in translated.get(name, name).split(",")))
        yield Problem(
            "model_args.lora_target",
            f"unknown module{'s' * (len(unknown) > 1)} {shown} on `{strategy.strategy_name}`: {outcome}",
            f"set `lora_target: {better}`",
            {"strategy_args.strategy_name": "the training backend"},
            effect=Effect.DIFFERENT if trained else Effect.WORKER_START,
        )


_OF_TRANSFORMERS = {
    merged: ",".join(name for name, into in MEGATRON_NAMES.items() if into == merged)
    for merged in MEGATRON_NAMES.values()
}
"""Layers of Megatron, with the layers of transformers that they are made of."""
