"""
Rewards that are compared within a group of one sample.

`adv_estimator: grpo` and `norm_std_type: group` divide a sample's reward by the standard deviation in its group. With
one sample per prompt that is not a number, and neither are loss and weights from then on. `norm_mean_type: group` alone
takes the group's mean off, which makes every reward 0. ROLL says nothing in either case.

    adv_estimator: grpo
    num_return_sequences_in_group: 1   # error: [group-of-one]

Sample more than one answer per prompt:

    adv_estimator: grpo
    num_return_sequences_in_group: 8
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.DIFFERENT, releases=">=0.1.1", pipelines=RLVR_TRAINING)
def group_of_one(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.num_return_sequences_in_group != 1:
        return
    if config.adv_estimator == "grpo":
        cause, effect = "adv_estimator", "`adv_estimator: grpo` makes every loss NaN"
    elif config.norm_std_type == "group":
        cause, effect = "norm_std_type", "`norm_std_type: group` makes every loss NaN"
    elif config.norm_mean_type == "group":
        cause, effect = "norm_mean_type", "`norm_mean_type: group` makes every reward 0"
    else:
        return
    size = "num_return_sequences_in_group"
    written = context.is_set(size)
    yield Problem(
        size if written else cause,
        f"with one sample per prompt (`{size}` is 1{'' if written else ' by default'}), {effect}",
        help=f"Write `{size}: 8`, or any number above 1.",
        also={cause: "compares the samples of a prompt"} if written else {},
    )
