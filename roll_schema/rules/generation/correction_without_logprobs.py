"""
Train-infer correction without rollout log-probabilities.

`train_infer_correction` compares the log-probabilities of the rollout engine with those of the trainer. With
`generating_args.logprobs: null`, the engine returns none. ROLL then skips the correction with a warning in the log.

    train_infer_correction: {is_weight: {enabled: true}}   # warning: [correction-without-logprobs]
    actor_infer:
      generating_args: {logprobs: null}

Return them:

    train_infer_correction: {is_weight: {enabled: true}}
    actor_infer:
      generating_args: {logprobs: 0}

References:

- ROLL 0.2.0-0.3.0: roll/utils/train_infer_corrections.py, apply_train_infer_correction_to_batch
- ROLL 0.2.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, create_sampling_params_for_vllm
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.2.0")
def correction_without_logprobs(config: PPOConfig, context: Context) -> Iterator[Problem]:
    correction, field = config.train_infer_correction, "actor_infer.generating_args.logprobs"
    corrects = correction.is_weight.enabled or any(item.enabled for item in correction.filters)
    if corrects and context.is_set(field) and context.written(field) is None:
        message = "`train_infer_correction` is ignored: the engine returns no log-probabilities"
        notes = {field: "null returns none"}
        yield Problem("train_infer_correction", message, "set `logprobs: 0`", also=notes, at_key=True)
