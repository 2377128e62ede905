"""
Different adapters on `actor_train` and `actor_infer`.

The rule compares `lora_target`, `lora_rank` and `lora_alpha` of both roles. vLLM uses the adapter that the trainer
sends. A different `lora_target` or `lora_alpha` on `actor_infer` has no effect, and a higher `lora_rank` there reserves
GPU memory that no adapter uses.

    actor_train:
      model_args: {lora_target: "q_proj,k_proj,v_proj", lora_rank: 32, lora_alpha: 32}
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj   # warning: [lora-mismatch]
        lora_rank: 32
        lora_alpha: 32

Set the same values on both, best as `${lora_target}`, `${lora_rank}` and `${lora_alpha}`. The order of the names and
spaces between them do not matter:

    actor_train:
      model_args: {lora_target: "q_proj,k_proj,v_proj", lora_rank: 32, lora_alpha: 32}
    actor_infer:
      model_args:
        lora_target: v_proj, k_proj, q_proj
        lora_rank: 32
        lora_alpha: 32

References:

- ROLL 0.1.0-0.3.0: roll/third_party/vllm/vllm_utils.py, patch_vllm_lora_manager
- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.add_lora
- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, max_lora_rank
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import KEYWORDS, target_names
from roll_schema.facts.catalog.vllm_lora import RANKS
from roll_schema.planning.workers import trained_by_peft
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.IGNORED)
def lora_mismatch(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = config.actor_train.model_args, config.actor_infer.model_args
    if train.lora_target is None or infer.lora_target is None:
        return
    trained, served = set(target_names(train.lora_target)), set(target_names(infer.lora_target))
    # What a regular expression or a keyword stands for is not known here.
    if trained_by_peft(config) and trained and served and not (trained | served) & KEYWORDS and trained != served:
        parts = [f"`{', '.join(sorted(trained - served))}` only on `{roles.train}`"] if trained - served else []
        parts += [f"`{', '.join(sorted(served - trained))}` only on `{roles.infer}`"] if served - trained else []
        yield Problem(
            "actor_infer.model_args.lora_target",
            f"`lora_target` of `{roles.infer}` is ignored where it differs: {' and '.join(parts)}",
            help=f"set `lora_target: {train.lora_target}` on `{roles.infer}`",
            also={"actor_train.model_args.lora_target": "the modules that are trained"},
        )
    if train.lora_rank is None or infer.lora_rank is None:
        return
    if 0 < train.lora_rank < infer.lora_rank:
        rank, role = (train.lora_rank, roles.infer) if train.lora_rank in RANKS else (infer.lora_rank, roles.train)
        yield Problem(
            "actor_infer.model_args.lora_rank",
            f"`lora_rank: {infer.lora_rank}` of `{roles.infer}` reserves memory for more than the trained rank "
            f"{train.lora_rank}",
            help=f"set `lora_rank: {rank}` on `{role}`",
            also={"actor_train.model_args.lora_rank": "the rank that is trained"},
            effect=Effect.WASTEFUL,
        )
    sent, written = _alpha(train.lora_alpha, train.lora_rank), _alpha(infer.lora_alpha, infer.lora_rank)
    if context.is_set("actor_infer.model_args.lora_alpha") and sent != written:
        yield Problem(
            "actor_infer.model_args.lora_alpha",
            f"`lora_alpha` {written} of `{roles.infer}` is ignored: `{roles.train}` sends {sent}",
            help=f"set `lora_alpha: {sent}` on `{roles.infer}`",
            also={"actor_train.model_args.lora_alpha": "the value that is sent"},
            severity=Severity.INFO,
        )


def _alpha(alpha: int | None, rank: int) -> int:
    """The alpha that ROLL uses for what is written."""
    return alpha or 2 * rank
