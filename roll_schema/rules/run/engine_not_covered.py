"""
A backend that roll-run's own engine does not have.

It trains with DeepSpeed or FSDP2, and generates with vLLM, or with transformers themselves (`hf_infer`).

    actor_train:
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}   # error: [engine-not-covered]
    actor_infer:
      strategy_args: {strategy_name: sglang, strategy_config: {}}   # error: [engine-not-covered]

Choose one that it has, or start the config with `--engine roll`:

    actor_train:
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}

References:

- roll-run 0.1.0: roll_schema/facts/supported.py, TRAINING
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.models.each import each
from roll_schema.models.strategy_args import StrategyArguments
from roll_schema.models.validation import facts_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR)
def engine_not_covered(config: PPOConfig, context: Context) -> Iterator[Problem]:
    engines = {"actor_train": supported.TRAINING, "actor_infer": supported.GENERATION}
    in_release = facts_of(StrategyArguments, context.release)["strategy_name"]["choices"]

    def judge(role: str, engine: tuple[str, ...]) -> Iterator[Problem]:
        names = [name for name in engine if name in in_release]
        strategy, name = getattr(config, role).strategy_args, context.roles.written(role)
        if strategy is None:
            yield Problem(role, f"`{name}` names no backend", f"Write `strategy_name: {names[0]}`.")
        elif strategy.strategy_name not in names:
            yield Problem(
                f"{role}.strategy_args.strategy_name",
                f"roll-run's own engine has {' and '.join(names)} for `{name}`, not {strategy.strategy_name}",
                f"Write `{names[0]}`, or start it with `--engine roll`.",
            )

    yield from each(engines.items(), judge)
