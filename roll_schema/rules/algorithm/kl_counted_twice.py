"""
The KL to the reference, in the reward and in the loss.

`add_token_level_kl` takes it off the rewards, and `use_kl_loss` adds it to the loss. Both pull the policy back; usually
one of them is meant.

    add_token_level_kl: true
    init_kl_coef: 0.1
    use_kl_loss: true   # info: [kl-counted-twice]
    kl_loss_coef: 0.01

One of them:

    use_kl_loss: true
    kl_loss_coef: 0.01
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.INFO, effect=Effect.DIFFERENT)
def kl_counted_twice(config: PPOConfig) -> Iterator[Problem]:
    if config.use_kl_loss and config.kl_loss_coef > 0 and config.add_token_level_kl and config.init_kl_coef > 0:
        message = "the KL to the reference counts twice: in the loss, and by `add_token_level_kl` in the rewards"
        also = {"add_token_level_kl": "in the rewards"}
        yield Problem("use_kl_loss", message, "Keep one of them.", also=also)
