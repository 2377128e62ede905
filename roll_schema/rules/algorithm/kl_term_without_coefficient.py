"""
KL term with a coefficient of zero.

Detects a KL term that is turned on while its coefficient is 0: `use_kl_loss` without `kl_loss_coef`, whose default is
0, and `add_token_level_kl` with `init_kl_coef: 0`. The term changes nothing. `use_kl_loss` still makes ROLL compute the
log-probabilities of the reference model in each step.

    use_kl_loss: true   # warning: [kl-term-without-coefficient]

Set the coefficient:

    use_kl_loss: true
    kl_loss_coef: 0.001

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/actor_worker.py, kl_loss * self.pipeline_config.kl_loss_coef
- ROLL 0.1.0-0.3.0: roll/utils/functionals.py, compute_token_reward
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

COEFFICIENTS = {"use_kl_loss": ("kl_loss_coef", "0.001"), "add_token_level_kl": ("init_kl_coef", "0.2")}
"""The coefficient of each term, with a usual value."""


@rule(Severity.WARNING, effect=Effect.IGNORED)
def kl_term_without_coefficient(config: PPOConfig) -> Iterator[Problem]:
    for term, (coefficient, usual) in COEFFICIENTS.items():
        if getattr(config, term) and getattr(config, coefficient) == 0:
            message = f"`{term}` has no effect: `{coefficient}` is 0"
            yield Problem(term, message, f"set `{coefficient}: {usual}`")
