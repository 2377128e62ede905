"""
Advantages clipped to zero.

Detects `advantage_clip: 0`. ROLL clips whenever the key is set, so 0 clamps every advantage to 0 and the policy learns
nothing. `reward_clip: 0`, in contrast, turns clipping off.

    advantage_clip: 0   # error: [advantages-clipped-to-zero]

Remove the key, or set a bound:

    advantage_clip: 0.2

References:

- ROLL 0.1.0-0.3.0: roll/utils/functionals.py, compute_advantage
- ROLL 0.1.3-0.3.0: roll/pipeline/agentic/utils.py, agentic_compute_advantage
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.DIFFERENT)
def advantages_clipped_to_zero(config: PPOConfig) -> Iterator[Problem]:
    if config.advantage_clip == 0:
        message = "`advantage_clip: 0` clamps every advantage to 0: the policy learns nothing"
        yield Problem("advantage_clip", message, "remove `advantage_clip` to turn clipping off")
