"""
Domain share of less than one prompt.

RLVR gives each domain its share of `rollout_batch_size`, rounded down. A share of less than one prompt is 0 prompts, so
the domain is never trained. The last domain gets the prompts that are left.

    rollout_batch_size: 64
    actor_train:
      data_args:
        domain_interleave_probs:
          code_sandbox: 0.01   # warning: [domain-without-prompts]
          math_rule: 0.99
    rewards:
      math_rule: {tag_included: [math]}
      code_sandbox: {tag_included: [code]}

Give it at least one prompt per step:

    rollout_batch_size: 64
    actor_train:
      data_args:
        domain_interleave_probs:
          code_sandbox: 0.02
          math_rule: 0.98
    rewards:
      math_rule: {tag_included: [math]}
      code_sandbox: {tag_included: [code]}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, int(domain_ratios[domain] *
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_vlm_pipeline.py, RLVRVLMPipeline.__init__
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.rules.rule import BY_DOMAIN, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, pipelines=BY_DOMAIN)
def domain_without_prompts(config: RLVRConfig) -> Iterator[Problem]:
    data, prompts = config.actor_train.data_args, config.rollout_batch_size
    shares = data.domain_interleave_probs if data is not None else None
    if not shares or not config.rewards:
        return
    last = list(shares)[-1]

    def judge(domain: str, share: float) -> Iterator[Problem]:
        if domain != last and 0 < share * prompts < 1:
            least = math.ceil(10_000 / prompts) / 10_000
            yield Problem(
                f"actor_train.data_args.domain_interleave_probs.{domain}",
                f"`{domain}` gets no prompts: its share of a step is below 1 ({share:g} × {prompts} prompts)",
                help=f"set `{domain}: {least:g}` or more, or remove `{domain}`",
                also={"/rollout_batch_size": "prompts per step"},
            )

    yield from each(shares.items(), judge)
