"""
One inference engine on GPUs of two nodes.

Tensor parallelism exchanges activations in every layer. Between nodes that goes over the network, which is slower than
NVLink by an order of magnitude, so that every answer waits for it. GPU ids count through the nodes, `num_gpus_per_node`
on each, or as many as `--gpus-per-node` says.

    num_gpus_per_node: 8
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 4}}
      device_mapping: list(range(2,10))   # warning: [engine-across-nodes]

Start engines where a multiple of their size begins:

    num_gpus_per_node: 8
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 4}}
      device_mapping: list(range(4,12))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
from roll_schema.models.each import each
from roll_schema.planning import workers
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WASTEFUL)
def engine_across_nodes(config: PPOConfig, context: Context) -> Iterator[Problem]:
    told = context.cluster.gpus_per_node if context.cluster else None
    per_node = told or config.num_gpus_per_node

    def judge(name: str, worker: WorkerConfig) -> Iterator[Problem]:
        devices, settings = workers.device_ids(worker), workers.settings_of(worker, "vllm")
        # Stages of a pipeline may lie on different nodes: they exchange little.
        size = workers.whole_size(settings, "tensor_parallel_size")
        if not devices or size is None or size > per_node or len(devices) % size:
            return
        for start in range(0, len(devices), size):
            engine = devices[start : start + size]
            nodes = {device // per_node for device in engine}
            if len(nodes) > 1:
                yield Problem(
                    f"{name}.device_mapping",
                    f"{size} GPUs of one engine span nodes {ranges(nodes)}, which have {per_node} GPUs each: "
                    f"GPU {ranges(engine)}",
                    help=f"Begin at a multiple of {size}, so that each engine stays within a node.",
                )
                break

    yield from each(workers.workers_of(config), judge)
