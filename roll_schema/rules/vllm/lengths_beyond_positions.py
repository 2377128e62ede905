"""
Lengths that the model has no positions for.

Without a `max_model_len`, vLLM's context is as long as the model's own limit. Prompt and answer of ROLL's lengths do
not fit in then: answers are cut off at the limit, which looks like a model that never finishes.

    pretrain: Qwen/Qwen3-8B
    prompt_length: 2048
    response_length: 65536   # warning: [lengths-beyond-positions]
    actor_infer:
      strategy_args: {strategy_name: vllm}

Qwen3-8B has 40,960 positions:

    pretrain: Qwen/Qwen3-8B
    prompt_length: 2048
    response_length: 38912
    actor_infer:
      strategy_args: {strategy_name: vllm}

With `hf_overrides` of the positions or their scaling, nothing is said.
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
            f"prompt and answer take up to {needed:,} tokens, but `{model}` has {positions:,} positions",
            help=f"Keep prompt and answer within {positions:,} tokens, or scale positions by `hf_overrides`.",
        )
