"""
Non-numeric size of a vLLM worker.

ROLL multiplies the tensor and pipeline parallel size of a vLLM worker while it loads the config, and divides the number
of GPUs by the product. A null or a string raises a TypeError that names no key.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: "2"}   # error: [worker-size-not-a-number]
      device_mapping: list(range(0,8))

Use an integer:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: 2}
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/configs/worker_config.py, WorkerConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_count, unquoted_size, worker_sizes
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import last_key
from roll_schema.source.scalars import literal

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def worker_size_not_a_number(worker: WorkerConfig) -> Iterator[Problem]:
    for path, size in worker_sizes(worker).items():
        if not isinstance(size, (int, float)):
            if device_count(worker) is not None:
                key = last_key(path)
                message = f"`{key}` must be a positive integer, found `{literal(size)}`"
                yield Problem(path, message, f"set `{key}: {unquoted_size(size)}`")
            return
