"""
Reward without a domain.

RLVR takes prompts only from the domains of `actor_train.data_args.domain_interleave_probs`. A reward of another name
never scores a completion in training.

    actor_train:
      data_args:
        domain_interleave_probs: {math_rule: 1.0}
    rewards:
      math_rule: {tag_included: [math]}
      code_sandbox: {tag_included: [code]}   # info: [reward-without-domain]

Give its domain a share:

    actor_train:
      data_args:
        domain_interleave_probs: {math_rule: 0.5, code_sandbox: 0.5}
    rewards:
      math_rule: {tag_included: [math]}
      code_sandbox: {tag_included: [code]}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, RLVRPipeline.__init__
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_vlm_pipeline.py, RLVRVLMPipeline.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import BY_DOMAIN, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig

SHARES = "actor_train.data_args.domain_interleave_probs"


@rule(Severity.INFO, effect=Effect.IGNORED, pipelines=BY_DOMAIN)
def reward_without_domain(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    data, rewards = config.actor_train.data_args, config.rewards
    shares = data.domain_interleave_probs if data is not None else None
    if not shares or not rewards:
        return
    for name in rewards:
        if name not in shares:
            message = f"reward `{name}` is ignored: `domain_interleave_probs` has no domain `{name}`"
            advice = f"add `{name}` to `{context.roles.written(SHARES)}`, or remove `rewards.{name}`"
            yield Problem(f"rewards.{name}", message, advice, {SHARES: "domains of the prompts"}, at_key=True)
