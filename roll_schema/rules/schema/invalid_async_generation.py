"""
Invalid settings for asynchronous generation.

With `async_generation_ratio` above 0, ROLL generates batches ahead of training. RLVR accepts 0 (off) or at least 1.
Asynchronous generation needs `generate_opt_level: 1`: in RLVR from ROLL 0.1.3, in the agentic pipelines from 0.2.0.
Assertions check both while ROLL loads the config.

    async_generation_ratio: 0.5   # error: [invalid-async-generation]

Set 1 to generate one batch ahead:

    async_generation_ratio: 1

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/rlvr/rlvr_config.py, async_generation_ratio must be >= 1.0
- ROLL 0.2.0-0.3.0: roll/configs/base_config.py, self.async_generation_ratio == 0 or self.generate_opt_level == 1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.LOAD, releases=">=0.1.3")
def invalid_async_generation(config: PPOConfig, context: Context) -> Iterator[Problem]:
    ratio, level = config.async_generation_ratio, config.generate_opt_level
    if ratio <= 0:
        return
    is_rlvr = hasattr(config, "rewards")
    if not is_rlvr and context.release.matches("<0.2.0"):
        return
    if ratio < 1 and is_rlvr:
        message = f"`async_generation_ratio` must be 0 or at least 1 in RLVR, found `{ratio}`"
        yield Problem("async_generation_ratio", message, "set `async_generation_ratio: 1`")
    if level != 1:
        message = f"`generate_opt_level` must be 1 for asynchronous generation, found `{level}`"
        also = {"async_generation_ratio": "asynchronous generation is on"}
        yield Problem("generate_opt_level", message, "set `generate_opt_level: 1`", also)
