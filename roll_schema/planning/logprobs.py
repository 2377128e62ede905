"""Whether the log-probabilities of the samples come from the trainer or from the rollout engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roll_schema.planning.workers import step_size

if TYPE_CHECKING:
    from roll_schema.facts.releases import Release
    from roll_schema.models.ppo_config import PPOConfig


def recomputes_logprobs(config: PPOConfig, release: Release) -> bool:
    """Whether the trainer recomputes them, as ROLL from 0.1.3 decides at load; True where the ranks are not known."""
    if config.force_disable_old_logprobs_recompute:
        return False
    if config.enable_old_logprobs_recompute:
        return True
    if config.adv_estimator in ("step_reinforce", "gigpo") and release.matches(">=0.2.0"):
        return True
    samples_per_step = config.rollout_batch_size * getattr(config, "num_return_sequences_in_group", 1)
    return config.init_kl_coef > 0 or 2 * step_size(config.actor_train) <= samples_per_step
