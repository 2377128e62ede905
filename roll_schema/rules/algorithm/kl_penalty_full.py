"""
A KL estimate that does not fit ROLL's log-probabilities.

`full` wants the probabilities of all tokens, while ROLL has those of the sampled ones: the first training step fails on
their shapes. `k3` is implemented but refused at load.

    kl_penalty: full   # error: [kl-penalty-full]

Write one that works:

    kl_penalty: kl
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
        message = "`full` needs the probabilities of all tokens, which ROLL does not have, and fails on their shapes"
        yield Problem("kl_penalty", message, "Write `kl_penalty: kl`, `abs` or `mse`.")
