"""
Names of modules that the training backend does not have.

Megatron merges layers: its linear layers are called `linear_qkv`, `linear_proj`, `linear_fc1` and `linear_fc2`, and
from ROLL 0.2.0 `all-linear` stands for them. On DeepSpeed and FSDP2 the names are those of transformers. PEFT looks for
the names on the backend's own modules and stops when the workers start if it finds none, or trains only those that it
finds.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}   # error: [lora-target-of-other-backend]
      strategy_args: {strategy_name: megatron_train}

Write Megatron's names:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train}
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
    names = [name for name in target_names(target) if name]
    if strategy.strategy_name == "megatron_train":
        wrong, translated = [name for name in names if name in MEGATRON_NAMES], MEGATRON_NAMES
    elif strategy.strategy_name in ("fsdp2_train", "deepspeed_train"):
        backward: dict[str, str] = {}
        for ours, merged in MEGATRON_NAMES.items():
            backward[merged] = f"{backward[merged]},{ours}" if merged in backward else ours
        wrong, translated = [name for name in names if name in backward], backward
    else:
        return
    if wrong:
        found = [name for name in names if name not in wrong]
        outcome = f"PEFT trains only {', '.join(found)}, without a message" if found else "PEFT finds nothing to train"
        better = ",".join(dict.fromkeys(part for name in names for part in translated.get(name, name).split(",")))
        yield Problem(
            "model_args.lora_target",
            f"`{strategy.strategy_name}` has no module {', '.join(f'`{name}`' for name in wrong)}: {outcome}",
            f"Write `lora_target: {better}`.",
            {"strategy_args.strategy_name": "the backend"},
            effect=Effect.DIFFERENT if found else Effect.WORKER_START,
        )
