"""
A rollout that samples from a part of the distribution only.

`top_p` below 1 and `top_k` above 0 cut improbable tokens off when generating, but not when the trainer computes the
probability of what was generated: the ratio between the two is off from the start. Most configs live with a mild cut
such as 0.99; a strong one biases the policy.

    actor_infer:
      generating_args: {top_p: 0.8, top_k: 20}   # info: [truncated-sampling]

The whole distribution:

    actor_infer:
      generating_args: {top_p: 1.0, top_k: -1}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.INFO, effect=Effect.DIFFERENT, pipelines=("rlvr", "rlvr_vl", "agentic"))
def truncated_sampling(config: PPOConfig, context: Context) -> Iterator[Problem]:
    sampling = config.actor_infer.generating_args
    if sampling is None:
        return
    cut = []
    # ROLL's own examples write 0.99 and 100, which hardly anything falls outside of.
    if sampling.top_p is not None and 0 < sampling.top_p < 0.95:
        cut.append(("top_p", f"{sampling.top_p:g}"))
    if sampling.top_k is not None and 0 < sampling.top_k < 50:
        cut.append(("top_k", str(sampling.top_k)))
    if cut:
        shown = " and ".join(f"`{name}: {value}`" for name, value in cut)
        verb = "cut" if len(cut) > 1 else "cuts"
        message = f"{shown} {verb} off tokens whose probability the trainer counts in: their ratio is biased"
        yield Problem(f"actor_infer.generating_args.{cut[0][0]}", message, "Write `top_p: 1.0` and `top_k: -1`.")
