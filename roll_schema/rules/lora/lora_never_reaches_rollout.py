"""
Adapters of Megatron that the rollout never gets.

Where `actor_train` on Megatron and `actor_infer` do not share all GPUs, ROLL sends the adapter's tensors over, but a
rollout worker without a trainer beside it does not put them in place: it goes on generating with the base model.

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,4))
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      device_mapping: list(range(4,8))   # warning: [lora-never-reaches-rollout]

On the same GPUs:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
from roll_schema.planning.workers import device_set, runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, releases=">=0.2.0")
def lora_never_reaches_rollout(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = device_set(config.actor_train), device_set(config.actor_infer)
    lora = config.actor_train.model_args.lora_target is not None
    if not lora or not train or infer <= train:
        return
    if runs_on(config.actor_train, "megatron_train"):
        yield Problem(
            "actor_infer.device_mapping",
            f"on GPU {ranges(infer - train)} no trainer stands beside the rollout, which then never gets the "
            "adapter and samples from the base model",
            f"Give `{roles.infer}` GPUs of `{roles.train}` only, or train with FSDP2.",
            also={"actor_train.device_mapping": "the trainer's"},
        )
