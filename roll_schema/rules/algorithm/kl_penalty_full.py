"""
Unsupported KL estimator `full`.

Detects `kl_penalty: full`. This estimator needs the log-probabilities of all tokens of the vocabulary. ROLL keeps those
of the sampled tokens, so the shapes do not match and the first step fails.

    kl_penalty: full   # error: [kl-penalty-full]

Use an estimator for sampled tokens: `kl`, `abs` or `mse`:

    kl_penalty: kl

References:

- ROLL 0.1.0-0.3.0: roll/utils/functionals.py, compute_approx_kl
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def kl_penalty_full(config: PPOConfig) -> Iterator[Problem]:
    if config.kl_penalty == "full":
        message = "invalid `kl_penalty` `full`: ROLL has only the log-probabilities of sampled tokens"
        yield Problem("kl_penalty", message, "set `kl_penalty: kl`")
