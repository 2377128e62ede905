"""
Weights discarded in sleep and not sent again.

With `sleep_level: 2`, vLLM discards the weights while training uses the GPUs. That works only if ROLL sends all weights
before each rollout. It does not with LoRA (it sends only adapters), for a judge, and with `model_update_frequency`
above 1. Since ROLL 0.2.0, `LLMJudgeRewardWorker` sets `sleep_level: 1` itself.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args:
        strategy_name: vllm
        strategy_config: {sleep_level: 2}   # warning: [weights-lost-in-sleep]

Keep the weights in CPU memory:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args:
        strategy_name: vllm
        strategy_config: {sleep_level: 1}

References:

- vLLM 0.32.0: vllm/v1/worker/gpu_worker.py, Worker.sleep
- ROLL 0.1.0-0.3.0: roll/distributed/executor/model_update_group.py, ModelUpdateGroup.model_update
- ROLL 0.2.0-0.3.0: roll/pipeline/rlvr/rewards/llm_judge_reward_worker.py, LLMJudgeRewardWorker.initialize
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import settings_of, workers_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def weights_lost_in_sleep(config: PPOConfig, context: Context) -> Iterator[Problem]:
    train = config.actor_train

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        settings = settings_of(worker, "vllm")
        if settings is None or settings.get("sleep_level") != 2:
            return
        if role != "actor_infer":
            if (worker.worker_cls or "").endswith(".LLMJudgeRewardWorker") and context.release.matches(">=0.2.0"):
                return  # it replaces the level
            reason = f"are never sent to `{role}`"
        elif train.model_args.lora_target is not None:
            reason = "are not sent again with LoRA"
        elif train.model_update_frequency > 1:
            reason = f"are sent only every {train.model_update_frequency} steps"
        else:
            return
        field = f"{role}.strategy_args.strategy_config.sleep_level"
        yield Problem(field, f"`sleep_level: 2` discards weights that {reason}", "set `sleep_level: 1`")

    yield from each(workers_of(config), judge)
