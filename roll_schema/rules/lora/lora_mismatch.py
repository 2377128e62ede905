"""
Different adapters on `actor_train` and `actor_infer`.

The adapter that is trained is the one that is served, whatever `actor_infer` says: a different `lora_target` there is
written by mistake, and a higher `lora_rank` reserves GPU memory that nothing uses. A different `lora_alpha` is only
reported as information, since the trainer's is sent along.

    actor_train:
      model_args: {lora_target: "q_proj,k_proj,v_proj", lora_rank: 32, lora_alpha: 32}
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj   # warning: [lora-mismatch]
        lora_rank: 32
        lora_alpha: 32

Write the same on both, best as `${lora_target}`, `${lora_rank}` and `${lora_alpha}`; order and blanks do not matter:

    actor_train:
      model_args: {lora_target: "q_proj,k_proj,v_proj", lora_rank: 32, lora_alpha: 32}
    actor_infer:
      model_args:
        lora_target: v_proj, k_proj, q_proj
        lora_rank: 32
        lora_alpha: 32
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import KEYWORDS, target_names
from roll_schema.planning.workers import trained_by_peft
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def lora_mismatch(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = config.actor_train.model_args, config.actor_infer.model_args
    if train.lora_target is None or infer.lora_target is None:
        return
    ours, theirs = set(target_names(train.lora_target)), set(target_names(infer.lora_target))
    # What a regular expression or a keyword stands for is not known here.
    if trained_by_peft(config) and ours and theirs and not (ours | theirs) & KEYWORDS and ours != theirs:
        parts = [f"`{', '.join(sorted(ours - theirs))}` only on `{roles.train}`"] if ours - theirs else []
        parts += [f"`{', '.join(sorted(theirs - ours))}` only on `{roles.infer}`"] if theirs - ours else []
        yield Problem(
            "actor_infer.model_args.lora_target",
            f"`{roles.train}` and `{roles.infer}` name different modules: {' and '.join(parts)}",
            help=f"Write `lora_target: {train.lora_target}` on both.",
            also={"actor_train.model_args.lora_target": "the modules that are trained"},
        )
    if train.lora_rank is None or infer.lora_rank is None:
        return
    if 0 < train.lora_rank < infer.lora_rank:
        yield Problem(
            "actor_infer.model_args.lora_rank",
            f"the adapter that is trained has rank {train.lora_rank}, but the rollout reserves memory for rank "
            f"{infer.lora_rank}",
            help=f"Write `lora_rank: {infer.lora_rank}` on both, or `{train.lora_rank}` if vLLM knows that rank.",
            also={"actor_train.model_args.lora_rank": "the rank that is trained"},
            effect=Effect.WASTEFUL,
        )
    alpha, other = _alpha(train.lora_alpha, train.lora_rank), _alpha(infer.lora_alpha, infer.lora_rank)
    if context.is_set("actor_infer.model_args.lora_alpha") and alpha != other:
        yield Problem(
            "actor_infer.model_args.lora_alpha",
            f"`lora_alpha` is {other} on `{roles.infer}`, but the {alpha} of `{roles.train}` is what counts",
            help=f"Write `lora_alpha: {alpha}` on both.",
            also={"actor_train.model_args.lora_alpha": "the value that counts"},
            severity=Severity.INFO,
        )


def _alpha(alpha: int | None, rank: int) -> int:
    """The alpha that ROLL makes of what is written."""
    return alpha or 2 * rank
