"""
A sleeping engine whose weights nobody sends again.

`sleep_level: 2` throws the weights away while the GPUs are lent to training. That is right only where all of them are
sent before each rollout: not with LoRA, whose transfer sends adapters only, not for a judge, and not with
`model_update_frequency` above 1.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args:
        strategy_name: vllm
        strategy_config: {sleep_level: 2}   # warning: [weights-lost-in-sleep]

Keep them in main memory:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args:
        strategy_name: vllm
        strategy_config: {sleep_level: 1}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import settings_of, workers_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def weights_lost_in_sleep(config: PPOConfig) -> Iterator[Problem]:
    train = config.actor_train

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        settings = settings_of(worker, "vllm")
        if settings is None or settings.get("sleep_level") != 2:
            return
        if role != "actor_infer":
            why = "are never sent to this role"
        elif train.model_args.lora_target is not None:
            why = "are not sent again with LoRA, only adapters"
        elif train.model_update_frequency > 1:
            why = f"are sent only every {train.model_update_frequency} steps"
        else:
            return
        field = f"{role}.strategy_args.strategy_config.sleep_level"
        yield Problem(field, f"`sleep_level: 2` throws away weights that {why}", "Write `sleep_level: 1`.")

    yield from each(workers_of(config), judge)
