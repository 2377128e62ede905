"""
A normalization of rewards that there is not.

Another `method` than `identity`, `mean`, `mean_std` or `asym_clip` is taken for `identity`, with a line in the log.

    reward_normalization:
      method: zscore   # warning: [unknown-normalization]

One that there is:

    reward_normalization:
      method: mean_std
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import one_of

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import RewardNormalizationConfig


METHODS = ("identity", "mean", "mean_std", "asym_clip")


@rule(Severity.WARNING, effect=Effect.DIFFERENT, releases=">=0.1.3")
def unknown_normalization(config: RewardNormalizationConfig, context: Context) -> Iterator[Problem]:
    if config.method in METHODS or not context.is_set("method"):
        return
    message = f"`{config.method}` is taken for `identity`: nothing is normalized"
    yield Problem("method", message, one_of(config.method, METHODS))
