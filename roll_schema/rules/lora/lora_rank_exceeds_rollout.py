"""
LoRA rank above the maximum of the rollout.

The rule compares `lora_rank` of `actor_train` with that of `actor_infer`, which vLLM takes as its maximum. vLLM refuses
the first adapter if its rank is higher ("LoRA rank 64 is greater than max_lora_rank 16"), after all models are loaded.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj", lora_rank: 64}
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16   # error: [lora-rank-exceeds-rollout]
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Set the same rank on both roles:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj", lora_rank: 64}
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 64
      strategy_args: {strategy_name: vllm, strategy_config: {}}

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, max_lora_rank
- ROLL 0.1.0-0.3.0: roll/third_party/vllm/vllm_utils.py, peft_helper.validate_legal(self.lora_config)
- vLLM 0.32.0: vllm/lora/peft_helper.py, PEFTHelper.validate_legal
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.vllm_lora import rank_for
from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def lora_rank_exceeds_rollout(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = config.actor_train.model_args, config.actor_infer.model_args
    if train.lora_target is None or infer.lora_target is None or not runs_on(config.actor_infer, "vllm"):
        return
    if train.lora_rank is None or infer.lora_rank is None or train.lora_rank <= infer.lora_rank:
        return
    default = "" if context.is_set("actor_infer.model_args.lora_rank") else " (ROLL's default)"
    rank = rank_for(train.lora_rank)
    roles_to_change = f"`{roles.infer}`" if rank == train.lora_rank else f"`{roles.train}` and `{roles.infer}`"
    yield Problem(
        "actor_infer.model_args.lora_rank",
        f"`lora_rank` {infer.lora_rank}{default} of `{roles.infer}` is below the {train.lora_rank} of `{roles.train}`: "
        "vLLM refuses the adapter",
        help=f"set `lora_rank: {rank}` on {roles_to_change}",
        also={"actor_train.model_args.lora_rank": "the rank that is trained"},
    )
