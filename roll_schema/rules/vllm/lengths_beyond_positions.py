"""
Prompt and response beyond the model's positions.

Without `max_model_len`, vLLM's context has as many tokens as the model has positions. If ROLL's prompt and response are
longer, vLLM truncates responses at the limit. To the reward, the model then never finishes.

    pretrain: Qwen/Qwen3-8B
    prompt_length: 2048
    response_length: 65536   # warning: [lengths-beyond-positions]
    actor_infer:
      strategy_args: {strategy_name: vllm}

Stay within the 40,960 positions of Qwen3-8B:

    pretrain: Qwen/Qwen3-8B
    prompt_length: 2048
    response_length: 38912
    actor_infer:
      strategy_args: {strategy_name: vllm}

With `hf_overrides` of the positions or their scaling, the rule reports nothing.

References:

- vLLM 0.32.0: vllm/config/model.py, _get_and_verify_max_len
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning import workers
from roll_schema.rules.rule import Problem, rule
from roll_schema.rules.vllm.context_beyond_positions import scales_positions
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def lengths_beyond_positions(config: PPOConfig) -> Iterator[Problem]:
    settings = workers.settings_of(config.actor_infer, "vllm")
    needed = workers.sample_length(config)
    if settings is None or "max_model_len" in settings or scales_positions(settings):
        return
    if not needed:
        return
    model, positions = workers.model_size(config, "actor_infer", "positions")
    if needed > positions:
        yield Problem(
            "sequence_length" if config.sequence_length else "response_length",
            f"prompt and response of {needed:,} tokens exceed the {positions:,} positions of `{model}`",
            help=f"limit prompt and response to {positions:,} tokens, or scale the positions with `hf_overrides`",
        )
