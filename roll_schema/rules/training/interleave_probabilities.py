"""
Shares of domains that do not fit the rewards, or do not add up to 1.

`actor_train.data_args.domain_interleave_probs` says which part of a step's prompts comes from which domain. A domain
without an entry in `rewards` stops the run at start. Of `rollout_batch_size`, each domain gets its share rounded down
and the last one whatever is left, so that a sum other than 1 changes the last domain's share without a message.

    rollout_batch_size: 128
    actor_train:
      data_args:
        domain_interleave_probs:   # warning: [interleave-probabilities]
          math_rule: 0.4
          code_sandbox: 0.4
    rewards:
      math_rule: {tag_included: [math]}
      code_sandbox: {tag_included: [code]}

Make them add up to 1:

    rollout_batch_size: 128
    actor_train:
      data_args:
        domain_interleave_probs:
          math_rule: 0.5
          code_sandbox: 0.5
    rewards:
      math_rule: {tag_included: [math]}
      code_sandbox: {tag_included: [code]}
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import prompts_per_domain
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig

SHARES = "actor_train.data_args.domain_interleave_probs"


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=RLVR_TRAINING)
def interleave_probabilities(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    data, rewards = config.actor_train.data_args, config.rewards
    shares = data.domain_interleave_probs if data is not None else None
    if not shares or not rewards:
        return
    for domain in shares:
        if domain not in rewards:
            yield Problem(
                f"{SHARES}.{domain}",
                f"the domain `{domain}` has no reward; `rewards` has {', '.join(f'`{name}`' for name in rewards)}",
                help=f"Name it as in `rewards`, or add `rewards.{domain}`.",
                severity=Severity.ERROR,
                effect=Effect.STARTUP,
                at_key=True,
            )
    for name in rewards:
        if name not in shares:
            message = f"the reward `{name}` is never used: `domain_interleave_probs` gives its domain no share"
            advice = f"Add `{name}` to `{context.roles.written(SHARES)}`, or take the reward out."
            yield Problem(
                f"rewards.{name}", message, advice, {SHARES: "the domains"}, severity=Severity.INFO, at_key=True
            )
    prompts, last = config.rollout_batch_size, list(shares)[-1]

    def domain_share(domain: str, share: float) -> Iterator[Problem]:
        if domain != last and 0 < share * prompts < 1:
            message = f"{share:g} of {prompts} prompts is less than one: `{domain}` is never trained on"
            advice = f"Give it at least {math.ceil(10_000 / prompts) / 10_000:g}, or take it out."
            yield Problem(f"{SHARES}.{domain}", message, advice, {"/rollout_batch_size": "prompts per step"})

    yield from each(shares.items(), domain_share)
    total = sum(shares.values())
    if not math.isfinite(total):
        yield Problem(SHARES, f"the shares add up to {total:g}", help="Write shares that add up to 1.", at_key=True)
    elif abs(total - 1) > 1e-6:
        left = prompts_per_domain(shares, prompts)[last]
        added = " + ".join(f"{share:g}" for share in shares.values())
        equals = f" = {total:g}" if len(shares) > 1 else ""
        message = (
            f"{added}{equals}, not 1: `{last}`, the last, gets the {left} of {prompts} prompts that are left, "
            f"not {shares[last]:g} of them"
        )
        yield Problem(SHARES, message, help="Write shares that add up to 1.", at_key=True)
