"""
Megatron adapter that the rollout never receives.

The rule finds GPUs of `actor_infer` without a worker of `actor_train`, while Megatron trains an adapter. ROLL sends the
tensors of the adapter to every rollout worker, but only those that share GPUs with the trainer activate them. The
others generate with the base model.

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,4))
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      device_mapping: list(range(4,8))   # warning: [lora-never-reaches-rollout]

Use the same GPUs, or train with FSDP2:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      device_mapping: list(range(0,8))

References:

- ROLL 0.2.0-0.3.0: roll/third_party/megatron/model_update.py, MegatronWeightUpdater._colocated_model_update
- ROLL 0.2.0-0.3.0: roll/third_party/megatron/model_update.py, MegatronWeightUpdater._separated_model_update
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
            f"`{roles.infer}` never receives the adapter on GPU {ranges(infer - train)}, where `{roles.train}` does "
            "not run",
            f"set `device_mapping: {config.actor_train.device_mapping}` on `{roles.infer}`",
            also={"actor_train.device_mapping": "the GPUs of the trainer"},
        )
