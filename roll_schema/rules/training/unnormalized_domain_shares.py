"""
Domain shares with a sum other than 1.

`actor_train.data_args.domain_interleave_probs` splits the prompts of a step by domain. RLVR rounds each share of
`rollout_batch_size` down, and gives the last domain all prompts that are left. If the shares do not sum to 1, the last
domain gets another share than its own.

    rollout_batch_size: 128
    actor_train:
      data_args:
        domain_interleave_probs:   # warning: [unnormalized-domain-shares]
          math_rule: 0.4
          code_sandbox: 0.4
    rewards:
      math_rule: {tag_included: [math]}
      code_sandbox: {tag_included: [code]}

Use shares that sum to 1:

    rollout_batch_size: 128
    actor_train:
      data_args:
        domain_interleave_probs:
          math_rule: 0.5
          code_sandbox: 0.5
    rewards:
      math_rule: {tag_included: [math]}
      code_sandbox: {tag_included: [code]}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, rollout_batch_size - accumulated
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_vlm_pipeline.py, RLVRVLMPipeline.__init__
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import prompts_per_domain
from roll_schema.rules.rule import BY_DOMAIN, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=BY_DOMAIN)
def unnormalized_domain_shares(config: RLVRConfig) -> Iterator[Problem]:
    data = config.actor_train.data_args
    shares = data.domain_interleave_probs if data is not None else None
    if not shares or not config.rewards:
        return
    total = sum(shares.values())
    if math.isfinite(total) and abs(total - 1) <= 1e-6:
        return
    terms = f" ({' + '.join(f'{share:g}' for share in shares.values())})" if len(shares) > 1 else ""
    message = f"`domain_interleave_probs` must sum to 1, found {total:g}{terms}"
    if math.isfinite(total):
        prompts, last = config.rollout_batch_size, list(shares)[-1]
        message += f"; `{last}` gets {prompts_per_domain(shares, prompts)[last]} of {prompts} prompts"
    yield Problem(
        "actor_train.data_args.domain_interleave_probs",
        message,
        help="change the shares so that they sum to 1",
        at_key=True,
    )
