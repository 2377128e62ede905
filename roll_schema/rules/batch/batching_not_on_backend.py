"""
Dynamic batching or packing without Megatron.

Only the Megatron strategies implement dynamic batching and sequence packing. On DeepSpeed and FSDP2 the pipeline still
re-shards the batch. That has no effect, or fails an assertion on batch sizes in the first step. vLLM, SGLang and
`hf_infer` ignore the settings.

    actor_train:
      use_dynamic_batching_in_train: true   # warning: [batching-not-on-backend]
      max_tokens_per_microbatch_in_train: 16384
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}

Use Megatron:

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}

References:

- ROLL 0.1.3-0.3.0: roll/utils/dynamic_batching.py, make_micro_batch_iter_for_dynamic_batching
- ROLL 0.2.0-0.3.0: roll/configs/worker_config.py, Only supported in the megatron strategy
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


_FIELDS = ("use_dynamic_batching_in_train", "use_dynamic_batching_in_infer", "use_sequence_packing")


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases=">=0.1.3")
def batching_not_on_backend(worker: WorkerConfig) -> Iterator[Problem]:
    strategy = worker.strategy_args
    if strategy is None or runs_on(worker, "megatron_train", "megatron_infer"):
        return

    def judge(field: str, switch: object) -> Iterator[Problem]:
        if switch is not True:
            return
        engine = runs_on(worker, "vllm", "sglang", "hf_infer")
        outcome = "is ignored" if engine else "may fail"
        yield Problem(
            field,
            f"`{field}` {outcome}: only Megatron implements it, found `{strategy.strategy_name}`",
            f"remove `{field}`",
            effect=Effect.IGNORED if engine else None,
        )

    yield from each(fields_of(worker, *_FIELDS), judge)
