"""
Advantages that roll-run's own engine does not compute.

`gae` trains a critic, which it does not build.

    adv_estimator: gae   # error: [estimator-not-covered]

The estimators without one:

    adv_estimator: grpo
    num_return_sequences_in_group: 8

References:

- roll-run 0.1.0: roll_schema/facts/supported.py, ESTIMATORS
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR)
def estimator_not_covered(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.adv_estimator not in supported.ESTIMATORS:
        default = "" if context.is_set("adv_estimator") else " (the default)"
        yield Problem(
            "adv_estimator",
            f"roll-run's own engine builds no critic and has no estimator `{config.adv_estimator}`{default}",
            f"Write {' or '.join(f'`{name}`' for name in supported.ESTIMATORS)}.",
        )
