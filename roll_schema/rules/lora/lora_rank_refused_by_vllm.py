"""
LoRA rank that vLLM refuses.

The rule checks `lora_rank` of `actor_infer`, which ROLL passes to vLLM as `max_lora_rank`. vLLM accepts 8, 16, 32, 64,
128, 256, 320 and 512, and newer releases 1 as well. With another number the engine refuses its config when the workers
start.

    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 12   # error: [lora-rank-refused-by-vllm]
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Use the next rank that vLLM accepts:

    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
      strategy_args: {strategy_name: vllm, strategy_config: {}}

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, max_lora_rank
- vLLM 0.32.0: vllm/config/lora.py, MaxLoRARanks
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.vllm_lora import RANKS, rank_for
from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_rank_refused_by_vllm(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = config.actor_train.model_args, config.actor_infer.model_args
    if infer.lora_target is None or not runs_on(config.actor_infer, "vllm"):
        return
    rank = infer.lora_rank
    if rank is None or rank in RANKS:
        return
    # Later ROLL releases may run on a vLLM that accepts rank 1 as well.
    if rank == 1 and context.release.matches(">=0.2.0"):
        return
    needed = max(rank, train.lora_rank or 0)
    if needed <= 0 and train.lora_target is not None:
        return  # lora-rank-not-positive says more
    *accepted, highest = RANKS
    yield Problem(
        "actor_infer.model_args.lora_rank",
        f"`lora_rank` must be {', '.join(map(str, accepted))} or {highest} for vLLM, found `{rank}`",
        help=f"set `lora_rank: {rank_for(needed)}` on `{roles.train}` and `{roles.infer}`",
        also=context.where_set({"actor_train.model_args.lora_rank": "the rank of the trainer"}),
    )
