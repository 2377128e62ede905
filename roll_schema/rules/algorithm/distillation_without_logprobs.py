"""
On-policy distillation that has nobody's log-probabilities for the student.

They come from the rollout engine (`generating_args.logprobs`) or from recomputing them with the trainer. With
`logprobs: null` and no recomputation, the first step fails.

    use_opd: true
    teacher:
      device_mapping: list(range(0,8))
    actor_infer:
      generating_args: {logprobs: null}   # error: [distillation-without-logprobs]

Let the engine return them:

    use_opd: true
    teacher:
      device_mapping: list(range(0,8))
    actor_infer:
      generating_args: {logprobs: 0}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.2.1")
def distillation_without_logprobs(config: PPOConfig, context: Context) -> Iterator[Problem]:
    sampling = config.actor_infer.generating_args
    if not (config.use_opd or context.distills) or sampling is None or config.enable_old_logprobs_recompute:
        return
    field = "actor_infer.generating_args.logprobs"
    if sampling.logprobs is None and context.is_set(field):
        message = "nobody computes the student's log-probabilities: the engine shall not, and nothing is recomputed"
        yield Problem(field, message, "Delete `logprobs`, or write `enable_old_logprobs_recompute: true`.")
