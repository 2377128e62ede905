"""
KL penalty in both rewards and loss.

Detects `add_token_level_kl` together with `use_kl_loss`. The first subtracts the KL to the reference model from the
rewards, the second adds it to the loss. Both keep the policy close to the reference model, and usually one of them is
intended. The pipeline `rlvr_vlmath` applies the KL in one place only.

    add_token_level_kl: true
    init_kl_coef: 0.1
    use_kl_loss: true   # info: [kl-counted-twice]
    kl_loss_coef: 0.01

Keep one of them:

    use_kl_loss: true
    kl_loss_coef: 0.01

References:

- ROLL 0.1.0-0.3.0: roll/utils/functionals.py, compute_token_reward
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/actor_worker.py, self.pipeline_config.use_kl_loss
- ROLL 0.1.0-0.2.0: roll/pipeline/rlvr/rlvr_math_vlm_pipeline.py, if not self.pipeline_config.use_kl_loss
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.INFO, effect=Effect.DIFFERENT)
def kl_counted_twice(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if context.pipeline == "rlvr_vlmath" or not (config.use_kl_loss and config.kl_loss_coef > 0):
        return
    if config.add_token_level_kl and config.init_kl_coef > 0:
        message = "`use_kl_loss` and `add_token_level_kl` both penalize the KL to the reference model"
        notes = {"add_token_level_kl": "subtracts the KL from the rewards"}
        yield Problem("use_kl_loss", message, "remove `add_token_level_kl`", notes)
