"""
`infer_batch_size` of a rollout engine.

vLLM and SGLang form their own batches. ROLL uses `infer_batch_size` only as the micro-batch of forward passes with the
backends of the trainer.

    actor_infer:
      infer_batch_size: 64   # info: [batch-size-without-effect]
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Use the setting of the engine:

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {max_num_seqs: 64}}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/base_worker.py, self.worker_config.infer_batch_size
- vLLM 0.32.0: vllm/config/scheduler.py, SchedulerConfig
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
    # ROLL's own examples set 1 where it has no effect.
    if runs_on(worker, "vllm", "sglang") and context.is_set("infer_batch_size") and worker.infer_batch_size != 1:
        name = worker.strategy_args.strategy_name if worker.strategy_args else ""
        engine, option = ("vLLM", "max_num_seqs") if name == "vllm" else ("SGLang", "max_running_requests")
        message = f"`infer_batch_size: {worker.infer_batch_size}` has no effect: {engine} forms its own batches"
        advice = f"remove `infer_batch_size`, or set `{option}: {worker.infer_batch_size}` in `strategy_config`"
        yield Problem("infer_batch_size", message, advice)
