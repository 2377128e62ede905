"""
A clip that makes every advantage 0.

`advantage_clip` is switched off by leaving it out; 0 is a bound like any other, and clamps every advantage to 0: the
policy learns nothing. (`reward_clip: 0` does switch off.)

    advantage_clip: 0   # error: [advantages-clipped-to-zero]

Leave it out, or give a bound:

    advantage_clip: 0.2
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.IGNORED)
def advantages_clipped_to_zero(config: PPOConfig) -> Iterator[Problem]:
    if config.advantage_clip == 0:
        message = "`advantage_clip: 0` clamps every advantage to 0, so that nothing is learned"
        yield Problem("advantage_clip", message, "Delete it to switch clipping off, or write a bound such as 0.2.")
