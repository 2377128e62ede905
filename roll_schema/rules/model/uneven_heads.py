"""
Attention heads that cannot be shared out evenly.

Tensor parallelism and Ulysses give every GPU the same number of attention heads, and of key and value heads unless
there are fewer of these than GPUs, which then share them. vLLM, Megatron and FSDP2 refuse to build the model otherwise,
and DeepSpeed fails in its first forward pass.

    pretrain: Qwen/Qwen2.5-7B
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: 8}   # error: [uneven-heads]

Qwen2.5-7B has 28 attention heads:

    pretrain: Qwen/Qwen2.5-7B
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: 4}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning import workers
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def uneven_heads(config: BaseConfig) -> Iterator[Problem]:
    def judge(name: str, worker: WorkerConfig) -> Iterator[Problem]:
        key, size, effect = _shares(worker)
        if size is None or size <= 1:
            return
        model, heads = workers.model_size(config, name, "heads")
        groups = workers.model_checkpoint(config, name)[1].sizes.get("kv_heads", heads)
        if heads % size:
            what = f"{heads} attention heads"
        elif groups % size and size % groups:
            what = f"{groups} key and value heads"
        else:
            return
        fitting = (other for other in workers.divisors(heads) if groups % other == 0 or other % groups == 0)
        yield Problem(
            f"{name}.{key}",
            f"`{model}` has {what}, which {size} GPUs cannot share evenly",
            help=f"Write one of {', '.join(map(str, fitting))}.",
            effect=effect,
        )

    yield from each(workers.workers_of(config), judge)


def _shares(worker: WorkerConfig) -> tuple[str, int | None, Effect | None]:
    """The setting that shares heads out, its size, and the effect of a wrong one."""
    settings = workers.settings_of(worker, "vllm")
    key = "tensor_parallel_size"
    if settings is None:
        settings = workers.settings_of(worker, "megatron_train", "megatron_infer")
        key = "tensor_model_parallel_size"
    if settings is not None:
        return f"strategy_args.strategy_config.{key}", workers.whole_size(settings, key), Effect.WORKER_START
    if workers.runs_on(worker, "deepspeed_train", "deepspeed_infer"):
        return "model_args.ulysses_size", worker.model_args.ulysses_size, Effect.FIRST_STEP
    if workers.runs_on(worker, "fsdp2_train", "fsdp2_infer"):
        return "model_args.ulysses_size", worker.model_args.ulysses_size, Effect.WORKER_START
    return "", None, None
