"""
Unsupported reward normalization.

Detects a reward normalization that RLVR cannot compute. `running` passes the loader but is not implemented, and a
standard deviation per group needs a mean per group. Both fail at the first step. With `adv_estimator: grpo`, ROLL
replaces both settings with `group`.

    adv_estimator: reinforce
    num_return_sequences_in_group: 8
    norm_mean_type: batch
    norm_std_type: group   # error: [reward-norm-refused]

Compute both over the same samples:

    adv_estimator: reinforce
    num_return_sequences_in_group: 8
    norm_mean_type: group
    norm_std_type: group

References:

- ROLL 0.1.1-0.3.0: roll/utils/functionals.py, reward_norm
- ROLL 0.1.1-0.3.0: roll/utils/functionals.py, reward_postprocess
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.1", pipelines=("rlvr", "rlvr_vl", "onpolicy_distill"))
def reward_norm_refused(config: RLVRConfig) -> Iterator[Problem]:
    if config.adv_estimator == "grpo":
        return
    mean, deviation = config.norm_mean_type, config.norm_std_type
    if mean == "running":
        supported = "group" if deviation == "group" else "batch"
        yield _not_implemented("norm_mean_type", supported)
    if deviation == "running":
        yield _not_implemented("norm_std_type", "batch")
    if deviation == "group" and mean not in ("group", "running"):
        message = f"`norm_std_type: group` conflicts with `norm_mean_type: {mean or 'null'}`"
        notes = {"norm_mean_type": "must be `group`, too"}
        yield Problem("norm_std_type", message, "set `norm_mean_type: group`", notes)


def _not_implemented(key: str, supported: str) -> Problem:
    return Problem(key, f"`{key}: running` is not implemented in RLVR", f"set `{key}: {supported}`")
