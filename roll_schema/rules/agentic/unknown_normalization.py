"""
Unknown reward normalization.

Detects a `method` other than `identity`, `mean`, `mean_std` and `asym_clip`. ROLL writes a warning to its log and uses
`identity`: unless `norm_mean_type` or `norm_std_type` is set, rewards are not normalized.

    reward_normalization:
      method: zscore   # warning: [unknown-normalization]

Use one of the four:

    reward_normalization:
      method: mean_std

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/agentic/agentic_config.py, RewardNormalizationConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import RewardNormalizationConfig

METHODS = ("identity", "mean", "mean_std", "asym_clip")


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.1.3")
def unknown_normalization(config: RewardNormalizationConfig, context: Context) -> Iterator[Problem]:
    if config.method not in METHODS and context.is_set("method"):
        message = f"unknown normalization `{config.method}`: ROLL falls back to `identity`"
        yield Problem("method", message, did_you_mean(config.method, METHODS, "set `method: mean_std`")[0])
