"""
A rollout target that vLLM does not understand.

From ROLL 0.2.0 the names on `actor_infer` are given to vLLM as they are, whatever backend trains: it wants the names of
transformers. Keywords such as `all-linear`, Megatron's names and regular expressions (which become a set of letters)
are right on `actor_train` and wrong here; the first transfer of the adapter fails.

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train}
    actor_infer:
      model_args: {lora_target: all-linear}   # error: [lora-target-on-rollout]
      strategy_args: {strategy_name: vllm}

Name the same layers as transformers does:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train}
    actor_infer:
      model_args: {lora_target: "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj"}
      strategy_args: {strategy_name: vllm}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import KEYWORDS, MEGATRON_NAMES, is_pattern, target_names
from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

ALL = ",".join(MEGATRON_NAMES)


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.2.0")
def lora_target_on_rollout(config: PPOConfig) -> Iterator[Problem]:
    infer = config.actor_infer
    target = infer.model_args.lora_target
    if target is None or config.actor_train.model_args.lora_target is None:
        return
    if not runs_on(infer, "vllm"):
        return
    wrong = [name for name in target_names(target) if name in KEYWORDS or name in MEGATRON_NAMES.values()]
    if is_pattern(target):
        message = "a regular expression is no list of modules for vLLM: ROLL makes a set of its letters of it"
    elif wrong:
        message = f"vLLM has no module {', '.join(f'`{name}`' for name in wrong)}: it wants the names of transformers"
    else:
        return
    yield Problem("actor_infer.model_args.lora_target", message, f"Write `lora_target: {ALL}`.")
