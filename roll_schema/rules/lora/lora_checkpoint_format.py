"""
Checkpoint format that ROLL does not use for adapters.

The rule checks two settings of Megatron that ask for the checkpoint format `torch_dist`. ROLL saves adapters in the
legacy format, whatever they say.

- `ckpt_format: torch_dist` has no effect.
- An `expert_tensor_parallel_size` other than `tensor_model_parallel_size` makes Megatron switch to `torch_dist`, since
  the legacy format has no place for each rank's part of the experts. Adapters on experts may be saved incompletely.

An example:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {ckpt_format: torch_dist}   # warning: [lora-checkpoint-format]

Use the format that ROLL uses:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {}

References:

- ROLL 0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.save_checkpoint
- ROLL 0.3.0: mcore_adapter/src/mcore_adapter/checkpointing.py, save_config_and_state_dict
- ROLL 0.3.0: mcore_adapter/src/mcore_adapter/training_args.py, Set ckpt_format to `torch_dist` when etp_size
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

_PLACE = "strategy_args.strategy_config"


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.3.0")
def lora_checkpoint_format(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train")
    if settings is None or worker.model_args.lora_target is None:
        return
    tensor = settings.get("tensor_model_parallel_size") or 1
    experts = settings.get("expert_tensor_parallel_size") or tensor
    also = {"model_args.lora_target": "enables LoRA"}
    if settings.get("ckpt_format") == "torch_dist":
        message = "`ckpt_format: torch_dist` is ignored: ROLL saves adapters in the legacy format"
        yield Problem(f"{_PLACE}.ckpt_format", message, "remove `ckpt_format`", also)
    elif experts != tensor:
        yield Problem(
            f"{_PLACE}.expert_tensor_parallel_size",
            f"`expert_tensor_parallel_size: {experts}` conflicts with `tensor_model_parallel_size` {tensor}: "
            "adapters may be saved incompletely",
            f"set `expert_tensor_parallel_size: {tensor}`",
            also,
            effect=Effect.DIFFERENT,
        )
