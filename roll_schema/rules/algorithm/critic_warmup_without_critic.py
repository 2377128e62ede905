"""
Critic warm-up without a critic.

Detects `critic_warmup` with an `adv_estimator` other than `gae`. There is no critic then, but ROLL still skips the
policy update in the first `critic_warmup` steps: they generate samples and train nothing. The pipeline `rlvr_vlmath`
trains the policy from the first step on.

    adv_estimator: reinforce
    critic_warmup: 20   # warning: [critic-warmup-without-critic]

Remove the key:

    adv_estimator: reinforce

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, self.pipeline_config.critic_warmup <= global_step
- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_pipeline.py, self.pipeline_config.critic_warmup <= global_step
- ROLL 0.1.0-0.2.0: roll/pipeline/rlvr/rlvr_math_vlm_pipeline.py, not hasattr(self, "critic")
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.WASTEFUL)
def critic_warmup_without_critic(config: PPOConfig, context: Context) -> Iterator[Problem]:
    steps = config.critic_warmup
    if steps > 0 and config.adv_estimator != "gae" and context.pipeline != "rlvr_vlmath":
        trained = f"the first {steps} steps train" if steps > 1 else "the first step trains"
        message = f"`critic_warmup: {steps}` has no critic to train: {trained} nothing"
        notes = {"adv_estimator": f"`{config.adv_estimator}` has no critic"}
        yield Problem("critic_warmup", message, "remove `critic_warmup`", notes)
