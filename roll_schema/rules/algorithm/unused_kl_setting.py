"""
Unused KL setting.

Detects a setting of a KL term that is turned off: `kl_loss_coef` without `use_kl_loss`, and `target_kl`, which adapts
the coefficient of `add_token_level_kl`, without that term. Some pipelines subtract the KL from the rewards without
`add_token_level_kl`, and use `target_kl`: the agentic one of ROLL 0.1.0 and 0.1.1, and `rlvr_vlmath` without
`use_kl_loss`.

    kl_loss_coef: 0.001   # warning: [unused-kl-setting]

Turn the term on:

    use_kl_loss: true
    kl_loss_coef: 0.001

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/actor_worker.py, self.pipeline_config.use_kl_loss
- ROLL 0.1.0-0.3.0: roll/utils/functionals.py, compute_token_reward
- ROLL 0.1.0-0.1.1: roll/pipeline/agentic/agentic_pipeline.py, apply_kl_penalty
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.IGNORED)
def unused_kl_setting(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.kl_loss_coef > 0 and not config.use_kl_loss:
        message = f"`kl_loss_coef: {config.kl_loss_coef:g}` is ignored: `use_kl_loss` is false"
        yield Problem("kl_loss_coef", message, "set `use_kl_loss: true`")
    if config.target_kl is not None and not config.add_token_level_kl and not _always_in_rewards(config, context):
        message = f"`target_kl: {config.target_kl:g}` is ignored: `add_token_level_kl` is false"
        yield Problem("target_kl", message, "set `add_token_level_kl: true`")


def _always_in_rewards(config: PPOConfig, context: Context) -> bool:
    """Whether the pipeline subtracts the KL from the rewards whatever `add_token_level_kl` says."""
    if context.pipeline == "agentic":
        return context.release.matches("<0.1.3")
    return context.pipeline == "rlvr_vlmath" and not config.use_kl_loss
