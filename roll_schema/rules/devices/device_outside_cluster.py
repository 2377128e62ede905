"""
GPU id outside the cluster.

GPU ids count through all nodes: with 8 GPUs per node, the second node has the ids 8 to 15. ROLL derives the number of
nodes from the highest id. It waits for nodes that do not exist, or stops with an assertion or a KeyError when it places
the workers. This rule runs only with a known cluster (`--nodes`, `--gpus-per-node`).

    # roll-lint --nodes 1 --gpus-per-node 8
    actor_train:
      device_mapping: list(range(0,16))   # error: [device-outside-cluster]

Use two nodes:

    # roll-lint --nodes 2 --gpus-per-node 8
    actor_train:
      device_mapping: list(range(0,16))

References:

- ROLL 0.1.0-0.3.0: roll/distributed/scheduler/resource_manager.py, ResourceManager.__init__
- ROLL 0.1.0-0.3.0: roll/distributed/scheduler/driver_utils.py, wait_for_nodes
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import gpus
from roll_schema.planning.workers import device_ids
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def device_outside_cluster(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    devices = device_ids(worker)
    if not devices:
        return
    cluster = context.need_cluster()
    count = cluster.nodes * cluster.gpus_per_node
    outside = [device for device in devices if device >= count]
    if outside:
        nodes = f"{cluster.nodes} node{'s' if cluster.nodes > 1 else ''}"
        message = f"unknown {gpus(outside)}: the cluster has {count} GPUs ({nodes} × {cluster.gpus_per_node})"
        yield Problem("device_mapping", message, help=f"use GPU ids 0 to {count - 1}")
