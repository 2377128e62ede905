"""Devices to nodes, seats and shares."""

from __future__ import annotations

from typing import Any

import pytest
from roll_runtime import placement
from roll_runtime.errors import EnvironmentProblem
from roll_runtime.placement import Placement

import roll_schema
from tests.conftest import EXAMPLES
from tests.patience import steps

ONE_GPU = EXAMPLES / "ok" / "tiny_cpu.yaml"


def plan(*overrides: str, per_node: int = 8) -> Placement:
    return placement.plan(roll_schema.load(ONE_GPU, overrides).config, per_node)


def test_roles_on_one_device_share_it() -> None:
    placed = plan()
    assert [(seat.role, seat.devices, seat.share) for seat in placed.seats] == [
        ("actor_train", (0,), 0.5),
        ("actor_infer", (0,), 0.5),
    ]
    assert placed.nodes == {0: (0,)}


def test_workers_go_by_node_and_in_the_order_of_the_mapping() -> None:
    placed = plan(
        "actor_train.device_mapping='[3,2,8,9]'",
        "actor_infer.device_mapping='list(range(4,8))'",
        "+actor_infer.strategy_args.strategy_config.tensor_parallel_size=2",
        "num_gpus_per_node=8",
        "rollout_batch_size=32",
    )
    assert [seat.devices for seat in placed.of("actor_train")] == [(3,), (2,), (8,), (9,)]
    assert [seat.node for seat in placed.of("actor_train")] == [0, 0, 1, 1]
    assert [seat.devices for seat in placed.of("actor_infer")] == [(4, 5), (6, 7)]
    assert all(seat.share == 1 for seat in placed.seats)
    assert placed.nodes == {0: (2, 3, 4, 5, 6, 7), 1: (8, 9)}
    assert placed.demand == 8


def test_a_worker_across_nodes_is_refused() -> None:
    with pytest.raises(EnvironmentProblem, match=r"worker 0 of actor_infer needs devices \[3, 4\], .* 2 nodes of 4"):
        plan(
            "actor_infer.device_mapping='[3,4]'",
            "+actor_infer.strategy_args.strategy_config.tensor_parallel_size=2",
            per_node=4,
        )


def of_nodes(count: int) -> Any:
    """A config for so many nodes of 8 devices: three in four train, in the others two devices answer together."""
    devices, trained = count * 8, count * 6
    return roll_schema.load(
        ONE_GPU,
        [
            f"actor_train.device_mapping='list(range(0,{trained}))'",
            f"actor_infer.device_mapping='list(range({trained},{devices}))'",
            f"rollout_batch_size={trained * 8}",
            "num_gpus_per_node=8",
            "+actor_infer.strategy_args.strategy_config.tensor_parallel_size=2",
        ],
    ).config


def test_64_nodes_of_8() -> None:
    placed = placement.plan(of_nodes(64), 8)
    assert len(placed.nodes) == 64
    assert placed.demand == 512
    assert len(placed.of("actor_train")) == 384
    assert [len(seat.devices) for seat in placed.of("actor_infer")] == [2] * 64
    assert [seat.node for seat in placed.of("actor_infer")] == [48 + number // 4 for number in range(64)]
    text = placement.lines(placed)
    assert text[0] == "512 devices on 64 nodes"
    assert text[1:3] == ["nodes 0-47, each", "  actor_train     8 workers, 1 device each: 0-7"]
    assert text[3:] == ["nodes 48-63, each", "  actor_infer     4 workers, 2 devices each: 0-7"]


def test_work_grows_with_the_nodes_and_no_faster() -> None:
    few, many = of_nodes(16), of_nodes(64)
    assert steps(lambda: placement.plan(many, 8)) < 5 * steps(lambda: placement.plan(few, 8))
