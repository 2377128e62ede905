"""
A ratio of asynchronous generation that the pipeline refuses.

RLVR generates ahead by whole batches: `async_generation_ratio` is 0 (off) or at least 1. It needs
`generate_opt_level: 1`, from ROLL 0.2.0 in the agentic pipelines, too.

    async_generation_ratio: 0.5   # error: [invalid-async-generation]

Switch it on with 1 or more:

    async_generation_ratio: 1
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
    ratio = config.async_generation_ratio
    if ratio <= 0:
        return
    prompts = hasattr(config, "rewards")
    if not prompts and context.release.matches("<0.2.0"):
        return
    if ratio < 1 and prompts:
        message = f"`async_generation_ratio` is {ratio}, but RLVR takes 0 (off) or at least 1"
        yield Problem("async_generation_ratio", message, "Write 1 to generate one batch ahead, or 0.")
    if config.generate_opt_level != 1:
        message = f"asynchronous generation needs `generate_opt_level: 1`, but it is {config.generate_opt_level}"
        also = {"async_generation_ratio": "asynchronous generation is switched on here"}
        yield Problem("generate_opt_level", message, "Write `generate_opt_level: 1`.", also)
