"""
Domain without a reward.

RLVR looks up each domain of `actor_train.data_args.domain_interleave_probs` in `rewards`. A domain without a reward
fails the run when the pipeline is built.

    actor_train:
      data_args:
        domain_interleave_probs:
          math: 1.0   # error: [domain-without-reward]
    rewards:
      math_rule: {tag_included: [math]}

Use the name of the reward:

    actor_train:
      data_args:
        domain_interleave_probs:
          math_rule: 1.0
    rewards:
      math_rule: {tag_included: [math]}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, RLVRPipeline.__init__
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_vlm_pipeline.py, RLVRVLMPipeline.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import BY_DOMAIN, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=BY_DOMAIN)
def domain_without_reward(config: RLVRConfig) -> Iterator[Problem]:
    data, rewards = config.actor_train.data_args, config.rewards
    shares = data.domain_interleave_probs if data is not None else None
    if not shares or not rewards:
        return
    for domain in shares:
        if domain not in rewards:
            message = f"unknown domain `{domain}`: `rewards` has {listed(list(rewards))}"
            advice = f"rename `{domain}` to a key of `rewards`, or add `rewards.{domain}`"
            yield Problem(f"actor_train.data_args.domain_interleave_probs.{domain}", message, advice, at_key=True)
