"""
Truncated sampling in rollouts.

`top_p` below 1 and a positive `top_k` exclude improbable tokens from sampling. The trainer computes log-probabilities
over the whole vocabulary. So the log-probabilities of engine and trainer differ from the first step. The rule reports
strong truncation only: most configs use mild values such as 0.99.

    actor_infer:
      generating_args: {top_p: 0.8, top_k: 20}   # info: [truncated-sampling]

Sample from the whole vocabulary:

    actor_infer:
      generating_args: {top_p: 1.0, top_k: -1}

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, create_sampling_params_for_vllm
- ROLL 0.1.0-0.3.0: roll/utils/functionals.py, log_probs_from_logits
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
    truncations = []
    # ROLL's own examples use 0.99 and 100, which exclude almost nothing.
    if sampling.top_p is not None and 0 < sampling.top_p < 0.95:
        truncations.append(("top_p", f"{sampling.top_p:g}"))
    if sampling.top_k is not None and 0 < sampling.top_k < 50:
        truncations.append(("top_k", str(sampling.top_k)))
    if truncations:
        shown = " and ".join(f"`{name}: {value}`" for name, value in truncations)
        verb = "exclude" if len(truncations) > 1 else "excludes"
        message = f"{shown} {verb} tokens from rollouts, but not from the trainer's log-probabilities"
        field = f"actor_infer.generating_args.{truncations[0][0]}"
        yield Problem(field, message, "set `top_p: 1.0` and `top_k: -1`")
