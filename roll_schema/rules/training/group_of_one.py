"""
Group normalization over one sample.

`adv_estimator: grpo` and `norm_std_type: group` divide a reward by the standard deviation of its group. The standard
deviation of one sample is NaN, and so are the loss and the weights after it. `norm_mean_type: group` alone subtracts
the mean of the group, so every reward becomes 0. ROLL reports neither.

    adv_estimator: grpo
    num_return_sequences_in_group: 1   # error: [group-of-one]

Sample more than one completion per prompt:

    adv_estimator: grpo
    num_return_sequences_in_group: 8

References:

- ROLL 0.1.1-0.3.0: roll/utils/functionals.py, reward_norm
- ROLL 0.1.1-0.3.0: roll/utils/functionals.py, reward_postprocess
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
    size = "num_return_sequences_in_group"
    if config.num_return_sequences_in_group != 1:
        return
    if config.adv_estimator == "grpo":
        key, value, result = "adv_estimator", "grpo", "the loss is NaN"
    elif config.norm_std_type == "group":
        key, value, result = "norm_std_type", "group", "the loss is NaN"
    elif config.norm_mean_type == "group":
        key, value, result = "norm_mean_type", "group", "every reward is 0"
    else:
        return
    explicit = context.is_set(size)
    yield Problem(
        size if explicit else key,
        f"`{size}: 1`{'' if explicit else ' (default)'} conflicts with `{key}: {value}`: {result}",
        help=f"set `{size}: 8`, or another number above 1",
        also={key: "normalizes over the samples of a prompt"} if explicit else {},
    )
