"""
On-policy distillation without the student's log-probabilities.

Detects `logprobs: null` in on-policy distillation where the trainer does not recompute the log-probabilities. They come
from the rollout engine (`generating_args.logprobs`) or from the trainer (`enable_old_logprobs_recompute`, which ROLL
turns on by itself with `init_kl_coef` above 0 or with several optimizer steps per batch). Without either, the first
step fails with a KeyError.

    use_opd: true
    init_kl_coef: 0
    enable_old_logprobs_recompute: false
    rollout_batch_size: 8
    num_return_sequences_in_group: 1
    teacher:
      device_mapping: list(range(0,8))
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    actor_infer:
      generating_args: {logprobs: null}   # error: [distillation-without-logprobs]

Let the rollout engine return them:

    use_opd: true
    init_kl_coef: 0
    teacher:
      device_mapping: list(range(0,8))
    actor_infer:
      generating_args: {logprobs: 0}

References:

- ROLL 0.2.1-0.3.0: roll/utils/functionals.py, compute_advantage
- ROLL 0.2.1-0.3.0: roll/pipeline/agentic/utils.py, agentic_compute_advantage
- ROLL 0.2.1-0.3.0: roll/configs/base_config.py, PPOConfig.set_old_logprobs_status
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.planning.logprobs import recomputes_logprobs
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.2.1")
def distillation_without_logprobs(config: PPOConfig, context: Context) -> Iterator[Problem]:
    sampling, key = config.actor_infer.generating_args, "actor_infer.generating_args.logprobs"
    if not (config.use_opd or context.distills) or sampling is None:
        return
    # With asynchronous generation, RLVR asks the engine for them whatever the config says.
    returned = isinstance(config, RLVRConfig) and config.async_generation_ratio > 0
    removed = sampling.logprobs is None and context.is_set(key)
    if removed and not returned and not recomputes_logprobs(config, context.release):
        message = "`logprobs: null` conflicts with distillation, which needs the student's log-probabilities"
        yield Problem(key, message, "remove `logprobs`")
