"""
A batch size that the rollout engine does not look at.

vLLM and SGLang batch by themselves; `infer_batch_size` counts for forward passes with the trainer's backends only.

    actor_infer:
      infer_batch_size: 64   # info: [batch-size-without-effect]
      strategy_args: {strategy_name: vllm, strategy_config: {}}

The engine's own setting:

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {max_num_seqs: 64}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.IGNORED)
def batch_size_without_effect(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    # 1 is what ROLL's own examples write where it has no effect.
    if runs_on(worker, "vllm", "sglang") and context.is_set("infer_batch_size") and worker.infer_batch_size != 1:
        name = worker.strategy_args.strategy_name if worker.strategy_args else ""
        message = f"`{name}` does not look at `infer_batch_size: {worker.infer_batch_size}`"
        option = "max_num_seqs" if name == "vllm" else "max_running_requests"
        yield Problem("infer_batch_size", message, f"Delete it; `{option}` in `strategy_config` bounds the batch.")
