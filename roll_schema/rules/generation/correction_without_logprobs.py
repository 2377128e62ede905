"""
A correction of the rollout's probabilities that nobody reports.

`train_infer_correction` compares what the rollout engine and the trainer find. With `generating_args.logprobs: null`
the engine reports nothing, and the correction is skipped without a word.

    train_infer_correction: {is_weight: {enabled: true}}   # warning: [correction-without-logprobs]
    actor_infer:
      generating_args: {logprobs: null}

With them:

    train_infer_correction: {is_weight: {enabled: true}}
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


@rule(Severity.WARNING, effect=Effect.DIFFERENT, releases=">=0.2.0")
def correction_without_logprobs(config: PPOConfig, context: Context) -> Iterator[Problem]:
    correction, field = config.train_infer_correction, "actor_infer.generating_args.logprobs"
    wanted = correction.is_weight.enabled or any(item.enabled for item in correction.filters)
    if wanted and context.is_set(field) and context.written(field) is None:
        message = "the correction is skipped: `logprobs: null` has the engine report no probabilities"
        also = {field: "what it needs"}
        yield Problem("train_infer_correction", message, "Delete `logprobs: null`.", also=also, at_key=True)
