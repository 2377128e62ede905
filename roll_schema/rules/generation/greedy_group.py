"""
Several samples of a prompt that are all the same.

With `temperature: 0` the engine always takes the likeliest token, so the samples of a group are equal, their rewards
too, and comparing them teaches nothing. vLLM even refuses greedy requests for more than one sample, which ROLL sends
unless `is_num_return_sequences_expand` makes them single ones.

    num_return_sequences_in_group: 8
    actor_infer:
      generating_args:
        temperature: 0   # warning: [greedy-group]

Sample the rollouts:

    num_return_sequences_in_group: 8
    actor_infer:
      generating_args:
        temperature: 0.99
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def greedy_group(config: RLVRConfig) -> Iterator[Problem]:
    sampling, group = config.actor_infer.generating_args, config.num_return_sequences_in_group
    if sampling is not None and sampling.temperature == 0 and group > 1:
        yield Problem(
            "actor_infer.generating_args.temperature",
            f"with `temperature: 0` the {group} samples of a prompt are all the same: nothing to learn from comparing",
            help="Write `temperature: 0.99` for rollouts; greedy answers belong to `validation`.",
            also={"num_return_sequences_in_group": f"{group} samples per prompt"},
        )
