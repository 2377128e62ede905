"""
A GPU id that the cluster does not have.

Ids count through all nodes: with 8 GPUs per node, the second node has 8 to 15. ROLL waits for the nodes that the
highest id asks for, and stops with an assertion or a KeyError when the pipeline is built. This rule runs only where the
command line tells the cluster (`--nodes`, `--gpus-per-node`).

    # roll-lint --nodes 1 --gpus-per-node 8
    actor_train:
      device_mapping: list(range(0,16))   # error: [device-outside-cluster]

Two such nodes have them:

    # roll-lint --nodes 2 --gpus-per-node 8
    actor_train:
      device_mapping: list(range(0,16))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
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
    gpus = cluster.nodes * cluster.gpus_per_node
    outside = [device for device in devices if device >= gpus]
    if outside:
        what = "GPU {} lies" if len(set(outside)) == 1 else "GPUs {} lie"
        message = (
            f"{what.format(ranges(outside))} outside the cluster: {cluster.nodes} x {cluster.gpus_per_node} GPUs "
            f"are ids 0 to {gpus - 1}"
        )
        advice = f"Use ids below {gpus}, such as `device_mapping: list(range(0,{gpus}))`, or add nodes."
        yield Problem("device_mapping", message, help=advice)
