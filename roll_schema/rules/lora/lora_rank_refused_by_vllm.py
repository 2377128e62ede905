"""
A LoRA rank that vLLM has no buffers for.

ROLL hands `actor_infer.model_args.lora_rank` to vLLM as `max_lora_rank`, which must be 8, 16, 32, 64, 128, 256, 320 or
512. With another number the engine refuses its config when the workers start.

    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 12   # error: [lora-rank-refused-by-vllm]
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Take the next rank that vLLM knows:

    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
      strategy_args: {strategy_name: vllm, strategy_config: {}}
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
    infer = config.actor_infer
    if not runs_on(infer, "vllm"):
        return
    rank = infer.model_args.lora_rank
    if infer.model_args.lora_target is None or rank is None or rank in RANKS:
        return
    # Later ROLL releases may run on a vLLM that takes rank 1 as well.
    if rank == 1 and context.release.matches(">=0.2.0"):
        return
    needed = max(rank, config.actor_train.model_args.lora_rank or 0)
    if needed <= 0 and config.actor_train.model_args.lora_target is not None:
        return  # lora-rank-not-positive says more
    yield Problem(
        "actor_infer.model_args.lora_rank",
        f"vLLM refuses `max_lora_rank` {rank}, which ROLL takes from here: it knows {', '.join(map(str, RANKS[:-1]))} "
        f"and {RANKS[-1]}",
        help=f"Write `lora_rank: {rank_for(needed)}` on `{roles.train}` and `{roles.infer}`.",
        also=context.where_set({"actor_train.model_args.lora_rank": "the trainer's rank"}),
    )
