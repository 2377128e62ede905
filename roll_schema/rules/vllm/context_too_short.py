"""
A context of vLLM that is shorter than what ROLL generates.

ROLL does not derive `max_model_len` from its own lengths. With a smaller one, vLLM refuses prompts that do not fit in
(the first step fails), and cuts answers off where the context ends, which looks like answers of full length to nobody
but the reward.

    prompt_length: 2048
    response_length: 8192
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {max_model_len: 8000}   # warning: [context-too-short]

Make room for prompt and answer:

    prompt_length: 2048
    response_length: 8192
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {max_model_len: 10240}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.section import Settings
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def context_too_short(config: RLVRConfig) -> Iterator[Problem]:
    strategy = config.actor_infer.strategy_args
    if strategy is None or strategy.strategy_name != "vllm":
        return
    context = (strategy.strategy_config or Settings()).get("max_model_len")
    if not isinstance(context, int) or context <= 0 or config.prompt_length is None:
        return
    needed, sum_shown, sources = 0, "", ["sequence_length"]
    if config.sequence_length:
        needed, sum_shown = config.sequence_length, f"`sequence_length` is {config.sequence_length:,}"
    elif config.response_length:
        needed = config.prompt_length + config.response_length
        sum_shown = f"{config.prompt_length:,} prompt + {config.response_length:,} response = {needed:,}"
        sources = ["prompt_length", "response_length"]
    longest = config.val_sequence_length if config.validation is not None else None
    if longest and longest > needed:
        needed, sources = longest, ["val_sequence_length"]
        sum_shown = f"`val_sequence_length` is {needed:,}"
    if context < needed:
        refused = config.prompt_length > context
        fate = "longer prompts are refused" if refused else "longer answers are cut off"
        yield Problem(
            "actor_infer.strategy_args.strategy_config.max_model_len",
            f"vLLM's context of {context:,} tokens is shorter than prompt and answer: {sum_shown}; {fate}",
            help=f"Write `max_model_len: {needed}`, or lower the lengths.",
            also=dict.fromkeys(sources, "tokens that ROLL reckons with"),
            effect=Effect.FIRST_STEP if refused else Effect.DIFFERENT,
        )
