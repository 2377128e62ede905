"""
Dynamic batching or sequence packing on a backend that has neither.

Only Megatron implements them. On DeepSpeed and FSDP2 the pipeline re-shards the batch all the same, which has no effect
or trips the assertion on batch sizes in the first step; vLLM and SGLang do not look at them.

    actor_train:
      use_dynamic_batching_in_train: true   # warning: [batching-not-on-backend]
      max_tokens_per_microbatch_in_train: 16384
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}

Leave it out, or use Megatron:

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
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
        fate = "does not look at it" if engine else "does not implement it, though the batch is split up for it"
        yield Problem(
            field,
            f"`{field}` is for Megatron; `{strategy.strategy_name}` {fate}",
            f"Delete `{field}`, or run this role on Megatron.",
            effect=Effect.IGNORED if engine else None,
        )

    yield from each(fields_of(worker, *_FIELDS), judge)
