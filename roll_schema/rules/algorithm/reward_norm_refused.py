"""
A normalisation of rewards that RLVR cannot compute.

`running` is declared and not implemented, and a standard deviation per group needs a mean per group: the first training
step fails. With `adv_estimator: grpo` ROLL overwrites both with `group`.

    adv_estimator: reinforce
    num_return_sequences_in_group: 8
    norm_mean_type: batch
    norm_std_type: group   # error: [reward-norm-refused]

Take both from the same samples:

    adv_estimator: reinforce
    num_return_sequences_in_group: 8
    norm_mean_type: group
    norm_std_type: group
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.1", pipelines=RLVR_TRAINING)
def reward_norm_refused(config: RLVRConfig) -> Iterator[Problem]:
    if config.adv_estimator == "grpo":
        return
    kinds = {"norm_mean_type": config.norm_mean_type, "norm_std_type": config.norm_std_type}
    for field, kind in kinds.items():
        if kind == "running":
            yield Problem(
                field, f"`{field}: running` is not implemented in RLVR", "Write `group` or `batch`, or leave it out."
            )
    if config.norm_std_type == "group" and config.norm_mean_type not in ("group", "running"):
        message = f"`norm_std_type: group` needs `norm_mean_type: group`, but that is {config.norm_mean_type or 'null'}"
        yield Problem(
            "norm_std_type", message, "Write `norm_mean_type: group` too.", {"norm_mean_type": "the other one"}
        )
