"""
A KL term that takes no effect.

A KL coefficient counts only with the switch beside it, and the switch only with a coefficient: `use_kl_loss` with
`kl_loss_coef`, `add_token_level_kl` with `init_kl_coef`; `target_kl` adapts the latter.

    use_kl_loss: true   # warning: [kl-without-effect]

Give it a weight:

    use_kl_loss: true
    kl_loss_coef: 0.001
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.IGNORED)
def kl_without_effect(config: PPOConfig) -> Iterator[Problem]:
    if config.use_kl_loss and config.kl_loss_coef == 0:
        message = "`use_kl_loss` is on, but `kl_loss_coef` is 0: the reference is computed each step for nothing"
        yield Problem("use_kl_loss", message, "Write `kl_loss_coef: 0.001`, or delete `use_kl_loss`.")
    if config.kl_loss_coef > 0 and not config.use_kl_loss:
        message = f"`kl_loss_coef: {config.kl_loss_coef:g}` is not used without `use_kl_loss`"
        yield Problem("kl_loss_coef", message, "Write `use_kl_loss: true`, or delete it.")
    if config.add_token_level_kl and config.init_kl_coef == 0:
        message = "`add_token_level_kl` is on, but `init_kl_coef` is 0: nothing is taken off the rewards"
        yield Problem("add_token_level_kl", message, "Write an `init_kl_coef`, or delete `add_token_level_kl`.")
    if config.target_kl is not None and not config.add_token_level_kl:
        yield Problem(
            "target_kl", "`target_kl` is not used without `add_token_level_kl`", "Switch that on, or delete it."
        )
