"""ZeRO stages by hand-counted figures; real engines are asked in `tests/oracles`."""

from __future__ import annotations

import pytest

from roll_schema.planning import memory
from tests.planning.memory.configs import HALF, P, config, rows, training, weights


@pytest.mark.parametrize(
    ("stage", "passes", "expected"),
    [
        (0, 2, (2, 2, 12)),
        (1, 2, (2, 2, 3)),
        (1, 1, (2, 0.5, 3)),
        (2, 2, (2, 0.5, 3)),
        (3, 2, (0.5, 0.5, 3)),
    ],
)
def test_zero_stages(stage: int, passes: int, expected: tuple[float, float, float]) -> None:
    held = training(config(settings=f"{HALF}, zero_optimization: {{stage: {stage}}}", passes=passes))
    assert (held["weights"], held["gradients"], held["optimizer states"]) == tuple(int(P * each) for each in expected)


def test_without_half_precision_weights_and_gradients_take_four_bytes() -> None:
    held = training(config(settings="zero_optimization: {stage: 1}"))
    assert (held["weights"], held["gradients"]) == (4 * P, 4 * P)


def test_offloaded_states_are_on_the_node() -> None:
    settings = (
        f"{HALF}, zero_optimization: {{stage: 3, offload_optimizer: {{device: cpu}}, offload_param: {{device: cpu}}}}"
    )
    on_node = {amount.what for amount in rows(config(settings=settings)) if amount.host}
    assert on_node == {"weights", "optimizer states"}


def test_plain_adam_keeps_two_moments_only() -> None:
    assert training(config(settings="zero_optimization: {stage: 0}"))["optimizer states"] == 8 * P
    assert training(config(settings="zero_optimization: {stage: 1}"))["optimizer states"] == 12 * P // 4


def test_a_forward_pass_honours_offloading() -> None:
    of = config(settings=f"{HALF}, zero_optimization: {{stage: 3, offload_param: {{device: cpu}}}}")
    assert next(memory.forward(of, of.actor_train, weights(of))).host
