"""
Asynchronous generation without effect.

Detects `async_generation_ratio` in RLVR configs for ROLL 0.1.0 and 0.1.1. These releases generate asynchronously in
the agentic pipelines only, so the run stays synchronous.

    async_generation_ratio: 1   # warning: [async-without-effect]

Remove the key:

    async_generation_ratio: 0

References:

- ROLL 0.1.0-0.1.1: roll/pipeline/rlvr/rlvr_pipeline.py, RLVRPipeline.run
- ROLL 0.1.3-0.3.0: roll/pipeline/rlvr/rlvr_config.py, async_generation_ratio must be >= 1.0
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, releases="<0.1.3", pipelines=("rlvr",))
def async_without_effect(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.async_generation_ratio:
        message = f"`async_generation_ratio` is ignored: RLVR in ROLL {context.release.name} generates synchronously"
        yield Problem("async_generation_ratio", message, "remove `async_generation_ratio`, or use ROLL 0.1.3 or later")
