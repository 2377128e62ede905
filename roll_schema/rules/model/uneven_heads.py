"""
Attention heads not divisible by the parallel size.

Tensor parallelism and Ulysses split the attention heads evenly among the GPUs. They split the key-value heads, too; if
there are fewer of them than GPUs, they replicate each the same number of times. Another size fails when vLLM, Megatron,
DeepSpeed or FSDP2 builds the model.

    pretrain: Qwen/Qwen2.5-7B
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: 8}   # error: [uneven-heads]

Qwen2.5-7B has 28 attention heads, so 4 GPUs fit:

    pretrain: Qwen/Qwen2.5-7B
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: 4}

References:

- ROLL 0.1.0-0.2.1: roll/distributed/strategy/deepspeed_strategy.py, DeepSpeedTrainStrategy.initialize
- ROLL 0.2.0-0.3.0: roll/distributed/strategy/fsdp2_strategy.py, FSDP2StrategyBase._validate_ulysses_compat
- vLLM 0.32.0: vllm/config/model.py, ModelConfig.verify_with_parallel_config
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning import workers
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import dotted, parse

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def uneven_heads(config: BaseConfig) -> Iterator[Problem]:
    def judge(name: str, worker: WorkerConfig) -> Iterator[Problem]:
        field, size = _parallel_size(worker)
        if size is None or size <= 1:
            return
        model, heads = workers.model_size(config, name, "heads")
        groups = workers.model_checkpoint(config, name)[1].sizes.get("kv_heads", heads)
        if heads % size:
            misfit = f"{heads} attention heads, not divisible by {size}"
        elif groups % size and size % groups:
            misfit = f"{groups} key-value heads, not {'divisible by' if groups > size else 'a divisor of'} {size}"
        else:
            return
        key = dotted(parse(field)[-1:])
        fitting = (other for other in workers.divisors(heads) if groups % other == 0 or other % groups == 0)
        advice = f"set `{key}` to one of {', '.join(map(str, fitting))}"
        yield Problem(f"{name}.{field}", f"`{model}` has {misfit} (`{key}`)", advice)

    yield from each(workers.workers_of(config), judge)


def _parallel_size(worker: WorkerConfig) -> tuple[str, int | None]:
    """The field by whose value the heads are split, and that value."""
    for key, strategies in (
        ("tensor_parallel_size", ("vllm",)),
        ("tensor_model_parallel_size", ("megatron_train", "megatron_infer")),
    ):
        settings = workers.settings_of(worker, *strategies)
        if settings is not None:
            return f"strategy_args.strategy_config.{key}", workers.whole_size(settings, key)
    uses_ulysses = workers.runs_on(worker, "deepspeed_train", "deepspeed_infer", "fsdp2_train", "fsdp2_infer")
    return "model_args.ulysses_size", worker.model_args.ulysses_size if uses_ulysses else None
