"""
vLLM context shorter than prompt and response.

ROLL does not derive `max_model_len` from its lengths. If it is smaller, vLLM refuses prompts that do not fit (the first
step fails), and truncates responses at the end of the context. Truncated responses change the rewards, and no error
says so.

    prompt_length: 2048
    response_length: 8192
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {max_model_len: 8000}   # warning: [context-too-short]

Make room for prompt and response:

    prompt_length: 2048
    response_length: 8192
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {max_model_len: 10240}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_config.py, RLVRConfig.__post_init__
- vLLM 0.32.0: vllm/v1/engine/input_processor.py, longer than the maximum model length
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
    needed, parts, sources = 0, "", ["sequence_length"]
    if config.sequence_length:
        needed, parts = config.sequence_length, "`sequence_length`"
    elif config.response_length:
        needed = config.prompt_length + config.response_length
        parts = f"{config.prompt_length:,} prompt + {config.response_length:,} response"
        sources = ["prompt_length", "response_length"]
    longest = config.val_sequence_length if config.validation is not None else None
    if longest and longest > needed:
        needed, sources = longest, ["val_sequence_length"]
        parts = "`val_sequence_length`"
    if context < needed:
        refused = config.prompt_length > context
        outcome = "refuses longer prompts" if refused else "truncates longer responses"
        yield Problem(
            "actor_infer.strategy_args.strategy_config.max_model_len",
            f"`max_model_len: {context}` is less than {needed:,} tokens ({parts}): vLLM {outcome}",
            help=f"set `max_model_len: {needed}`",
            also=dict.fromkeys(sources, "tokens that ROLL uses"),
            effect=Effect.FIRST_STEP if refused else Effect.DIFFERENT,
        )
