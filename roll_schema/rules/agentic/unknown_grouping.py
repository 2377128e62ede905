"""
A grouping that is no column.

Trajectories are grouped by a column of the batch. The names that ROLL's own help gives (`state`, `inductive`, `global`)
are none, and the first training step stops with a KeyError.

    reward_normalization:
      grouping: global   # error: [unknown-grouping]
      method: mean_std

Write a column:

    reward_normalization:
      grouping: traj_group_id
      method: mean_std
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
    if context.is_set("grouping") and normalization.grouping in ("state", "inductive", "global"):
        message = f"no column is called `{normalization.grouping}`, whatever ROLL's help says"
        yield Problem("grouping", message, "Write `batch`, `tags`, `traj_group_id` or `traj_id`.")
