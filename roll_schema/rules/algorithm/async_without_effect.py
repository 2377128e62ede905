"""
Asynchronous generation in a release that has none.

RLVR of ROLL 0.1.0 and 0.1.1 does not read `async_generation_ratio`.

    async_generation_ratio: 1   # warning: [async-without-effect]

Without:

    async_generation_ratio: 0
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
        message = f"RLVR of ROLL {context.release.name} does not read `async_generation_ratio`"
        yield Problem("async_generation_ratio", message, "Delete it, or use ROLL 0.1.3 or later.")
