"""
Batch too small for its sequences or prompts.

Every sequence in a batch needs at least one token. vLLM refuses a `max_num_batched_tokens` below `max_num_seqs` when
the worker starts.

Without chunked prefill, vLLM processes a prompt as a whole, so `max_num_batched_tokens` must be at least
`max_model_len`. vLLM's older engine (V0, the default of vLLM 0.8) refuses a smaller value, and so do newer releases. In
between, the V1 engine enables chunked prefill again and runs.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          enable_chunked_prefill: false
          max_model_len: 16384
          max_num_batched_tokens: 8192   # warning: [batched-tokens-too-few]

Make room for a whole prompt:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          enable_chunked_prefill: false
          max_model_len: 16384
          max_num_batched_tokens: 16384

Every release refuses a batch with fewer tokens than sequences:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          max_num_seqs: 512
          max_num_batched_tokens: 256   # error: [batched-tokens-too-few]

References:

- vLLM 0.32.0: vllm/config/scheduler.py, SchedulerConfig.verify_max_model_len
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

SETTINGS = "strategy_args.strategy_config"


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def batched_tokens_too_few(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    if settings is None:
        return
    tokens, context = settings.get("max_num_batched_tokens"), settings.get("max_model_len")
    sequences = settings.get("max_num_seqs")
    if isinstance(tokens, int) and isinstance(sequences, int) and 0 < tokens < sequences:
        yield Problem(
            f"{SETTINGS}.max_num_batched_tokens",
            f"`max_num_batched_tokens` must be at least `max_num_seqs` ({sequences:,}), found `{tokens}`",
            help=f"set `max_num_batched_tokens: {sequences}` or more",
            also={f"{SETTINGS}.max_num_seqs": f"{sequences:,} sequences"},
            severity=Severity.ERROR,
        )
        return
    if settings.get("enable_chunked_prefill") is not False:
        return
    if isinstance(tokens, int) and isinstance(context, int) and tokens < context:
        yield Problem(
            f"{SETTINGS}.max_num_batched_tokens",
            f"`max_num_batched_tokens` must be at least {context:,} without chunked prefill, found `{tokens}`",
            help=f"set `max_num_batched_tokens: {context}`",
            also={
                f"{SETTINGS}.max_model_len": f"{context:,} tokens",
                f"{SETTINGS}.enable_chunked_prefill": "disables chunked prefill",
            },
        )
