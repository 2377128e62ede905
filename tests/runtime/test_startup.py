"""The start of a run: what one that takes long says."""

from __future__ import annotations

import pytest
from roll_runtime import stall


def test_a_long_wait_is_told_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    waits: list[float] = []
    texts = iter(("Ray to start", "node 0", "node 1"))

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) > 3

    stall.watch(lambda: next(texts), wait)
    assert waits == [20, 60, 60, 60]
    assert capsys.readouterr().err.splitlines() == [
        "still waiting for Ray to start, after 20 s",
        "still waiting for node 0, after 1 min 20 s",
        "still waiting for node 1, after 2 min 20 s",
    ]


def test_a_short_wait_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with stall.waiting(lambda: "nothing"):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.engines
def test_what_workers_are_waited_for() -> None:
    from roll_runtime.cluster import Worker
    from roll_runtime.pipeline import _missing

    trainers = [Worker(f"actor_train-{rank}", None) for rank in range(10)]
    engine = Worker("actor_infer-0", None)
    meeting = [(worker, f"meet {worker.name}") for worker in trainers]
    loading = [(worker, f"start {worker.name}") for worker in (*trainers, engine)]
    assert _missing([meeting[1], *loading], meeting[:2]) == (
        "actor_train-1 to meet the other ranks, and for actor_train-0, actor_train-2, actor_train-3, actor_train-4, "
        "actor_train-5, actor_train-6, actor_train-7, actor_train-8 and 2 more to load the model"
    )
    assert _missing([meeting[0], loading[0]], meeting) == "actor_train-0 to meet the other ranks"
    assert _missing(loading[-1:], meeting) == "actor_infer-0 to load the model"
