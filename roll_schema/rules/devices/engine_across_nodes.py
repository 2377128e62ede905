"""
Tensor parallelism across nodes.

Tensor parallelism exchanges activations in every layer. Between nodes they cross the network, which is usually much
slower than NVLink, so generation is slower. ROLL slices `device_mapping` in order, one slice per engine. GPU ids count
through the nodes, `num_gpus_per_node` (or `--gpus-per-node`) on each.

    num_gpus_per_node: 8
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 4}}
      device_mapping: list(range(2,10))   # warning: [engine-across-nodes]

Start at a multiple of the engine's size:

    num_gpus_per_node: 8
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 4}}
      device_mapping: list(range(4,12))

References:

- ROLL 0.1.0-0.3.0: roll/distributed/scheduler/resource_manager.py, ResourceManager.allocate_placement_group
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import gpus, ranges
from roll_schema.models.each import each
from roll_schema.planning import workers
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WASTEFUL)
def engine_across_nodes(config: PPOConfig, context: Context) -> Iterator[Problem]:
    per_node = (context.cluster.gpus_per_node if context.cluster else None) or config.num_gpus_per_node

    def judge(name: str, worker: WorkerConfig) -> Iterator[Problem]:
        devices, settings = workers.device_ids(worker), workers.settings_of(worker, "vllm")
        # Pipeline stages may be on different nodes: they exchange little.
        size = workers.whole_size(settings, "tensor_parallel_size")
        if not devices or size is None or size > per_node or len(devices) % size:
            return
        for start in range(0, len(devices), size):
            engine = devices[start : start + size]
            nodes = {device // per_node for device in engine}
            if len(nodes) > 1:
                yield Problem(
                    f"{name}.device_mapping",
                    f"tensor-parallel {gpus(engine)} span nodes {ranges(nodes)} ({per_node} GPUs per node)",
                    help=f"start `device_mapping` at a multiple of {size}",
                )
                break

    yield from each(workers.workers_of(config), judge)
