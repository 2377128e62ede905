"""
Misplaced section below `rewards` or `teacher`.

Below `rewards`, and below a `teacher` with several models, every key is a name. A section one level too high becomes a
reward of that name, and the reward that it belongs to keeps the defaults. ROLL stops when it builds the pipeline, since
the new reward has no `worker_cls`.

    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker
        world_size: 8
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B}   # error: [misplaced-section]

Indent the section into the reward:

    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker
        world_size: 8
        model_args: {model_name_or_path: Qwen/Qwen2.5-7B}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_config.py, rewards: Optional[Dict[str, RewardConfig]]
- ROLL 0.3.0: roll/configs/base_config.py, teacher: Union[Dict[str, WorkerConfig], WorkerConfig]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def misplaced_section(config: PPOConfig) -> Iterator[Problem]:
    def judge(field: str, named: Any) -> Iterator[Problem]:
        kind = field.removesuffix("s")
        names = [name for name in named if name not in WorkerConfig.model_fields] if isinstance(named, dict) else []
        for section in named if isinstance(named, dict) else ():
            if section in WorkerConfig.model_fields:
                message = f"`{section}` below `{field}` is read as a {kind} named `{section}`"
                owner = f"`{names[0]}`" if len(names) == 1 else f"its {kind}"
                yield Problem(f"{field}.{section}", message, f"indent `{section}` into {owner}", at_key=True)

    yield from each(fields_of(config, "rewards", "teacher"), judge)
