"""
Unknown grouping of rewards.

Detects a `grouping` that is not a column of the batch. ROLL's own help names `state`, `inductive` and `global`, but the
batch has no such columns, so the first step fails with a KeyError.

    reward_normalization:
      grouping: global   # error: [unknown-grouping]
      method: mean_std

Use `batch`, or a column such as `tags`, `traj_group_id` or `traj_id`:

    reward_normalization:
      grouping: traj_group_id
      method: mean_std

References:

- ROLL 0.1.0-0.1.1: roll/pipeline/agentic/utils.py, grouped_reward_norm
- ROLL 0.1.3-0.3.0: roll/pipeline/agentic/utils.py, agentic_reward_norm
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import RewardNormalizationConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def unknown_grouping(normalization: RewardNormalizationConfig, context: Context) -> Iterator[Problem]:
    grouping = normalization.grouping
    if context.is_set("grouping") and grouping in ("state", "inductive", "global"):
        message = f"unknown grouping `{grouping}`: the batch has no such column"
        yield Problem("grouping", message, "set `grouping: traj_group_id`")
