"""Runs on a Ray cluster that is there already: two nodes, both on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.runtime.conftest import PLAIN, RollRun, Run

pytestmark = [pytest.mark.engines, pytest.mark.slow]

TWO_NODES = (
    "num_gpus_per_node=1",
    "actor_train.device_mapping='[0,1]'",
    "actor_infer.device_mapping='[0,1]'",
    "actor_train.training_args.per_device_train_batch_size=16",
    "max_steps=12",
    "eval_steps=100",
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of two nodes with one CPU each, which is one slot."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        cluster.add_node(num_cpus=1)
        yield cluster.address
    finally:
        cluster.shutdown()


@pytest.fixture(scope="module")
def joined(address: str, roll_run: RollRun) -> Run:
    return roll_run("joined", *PLAIN, *TWO_NODES, "--address", address)


def test_two_nodes_train_together(joined: Run) -> None:
    assert joined.code == 0, joined.output
    assert "nodes 0-1, each" in joined.output
    assert len(joined.records()) == 12
    assert joined.rewards[-1] > 2 * joined.rewards[0]
    assert max(row["train/rollout_logp_diff"] for row in joined.records()) < 1e-3
    assert sorted(path.name for path in (joined.folder / "checkpoints" / "step-000012").glob("random_*")) == [
        "random_0.pt",
        "random_1.pt",
    ]


def test_the_cluster_is_left_as_it_was(joined: Run, address: str) -> None:
    import ray

    ray.init(address=address, logging_level="ERROR")
    try:
        assert ray.available_resources().get("CPU") == 2
        assert len([node for node in ray.nodes() if node["Alive"]]) == 2
    finally:
        ray.shutdown()


def test_a_cluster_that_is_too_small_is_told_in_numbers(address: str, roll_run: RollRun) -> None:
    run = roll_run("wants-more", *PLAIN, *TWO_NODES, "num_gpus_per_node=2", "--address", address, "--wait", "2")
    assert run.code == 3, run.output
    assert (
        "roll-run: the run wants 2 CPUs (2 on one node); after 2 seconds the cluster's nodes have 1, 1 and 2 are free: "
        "change `device_mapping` or `num_gpus_per_node`, or wait longer with --wait SECONDS"
    ) in run.output
    assert "Traceback" not in run.output


def test_a_cluster_that_is_not_there(roll_run: RollRun) -> None:
    run = roll_run("nowhere", *PLAIN, "max_steps=1", "--address", "127.0.0.1:1")
    assert run.code == 3, run.output
    assert "no Ray cluster can be joined at 127.0.0.1:1: [Errno 111] Connection refused" in run.output
    assert "Traceback" not in run.output
