"""The start of a run: helpers that DeepSpeed compiles, locks whose owner was killed, and what a long start says."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from roll_runtime import doctor, helpers, stall
from roll_runtime.training import deepspeed_config

from tests.patience import wait_until
from tests.runtime.conftest import PLAIN, RollRun, Run

SCRIPT = Path(__file__).parent / "startup.py"
HELPER = "deepspeed_shm_comm"
BUILD = f"from roll_runtime import helpers\nhelpers.build(['{HELPER}'])"
SHORT = (*PLAIN, "max_steps=1")
STEPS = (
    "tokenizer and data",
    "Ray to start",
    "to be free",
    "to be compiled",
    "-0 to start$",
    "to meet the other ranks",
    "^actor_train-0(, [^ ]+)* to load the model",
)
"""What a start waits for, one after the other."""

_RANDOM = random.Random(11)
MOMENTS = [f"{_RANDOM.uniform(0, 10):.1f} {step}" for step in _RANDOM.sample(STEPS, 5)]
"""So many seconds after a step began."""

Left = Callable[[], list[str]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of helpers, where nothing is built yet."""
    monkeypatch.setenv(helpers.FOLDER, str(tmp_path))
    return helpers.folder()


@pytest.fixture
def owner(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the lock of a helper."""
    (place / HELPER).mkdir()
    code = (
        "import sys, time\n"
        "from roll_runtime import helpers\n"
        "helpers.Lock(sys.argv[1]).try_acquire()\n"
        "print('taken', flush=True)\n"
        "time.sleep(6000)\n"
    )
    process = _python("-c", code, str(place / HELPER / "lock"))
    assert process.stdout is not None
    assert process.stdout.readline() == "taken\n"
    yield process
    process.kill()
    process.communicate()


def _python(*words: str, **environment: str) -> subprocess.Popen[str]:
    """Another Python, which knows where helpers are."""
    return subprocess.Popen(
        [sys.executable, *words],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _doctor() -> str:
    """What the doctor says of compiled helpers; it has nothing to mend there."""
    (finding,) = doctor._helpers()
    assert finding.fix == ""
    return finding.found


def _take(place: Path) -> None:
    lock = helpers.Lock(str(place / HELPER / "lock"))
    assert lock.try_acquire()
    assert f"process {os.getpid()} on " in helpers.builder_of(HELPER)
    lock.release()
    assert not (place / HELPER / "lock").exists()


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


@pytest.mark.parametrize(
    ("zero", "gpus", "needed"),
    [
        ({}, False, [HELPER]),
        ({}, True, []),
        ({"offload_optimizer": {"device": "none"}}, True, []),
        ({"offload_optimizer": {"device": "cpu"}}, True, ["cpu_adam"]),
        ({"offload_optimizer": {"device": "cpu"}}, False, [HELPER, "cpu_adam"]),
        ({"offload_param": {"device": "nvme"}}, True, ["async_io"]),
        ({"zero_quantized_gradients": True}, True, ["quantizer"]),
        ({"zero_quantized_gradients": True}, False, [HELPER]),
    ],
)
def test_which_helpers_a_config_needs(zero: dict[str, Any], gpus: bool, needed: list[str]) -> None:
    assert deepspeed_config.helpers({"zero_optimization": zero}, gpus) == needed
    assert set(needed) <= set(helpers.BUILDERS)


@pytest.mark.engines
def test_a_lock_names_its_owner_and_ends_with_it(place: Path, owner: subprocess.Popen[str]) -> None:
    text = f"process {owner.pid} on {os.uname().nodename}, since "
    assert helpers.builder_of(HELPER).startswith(text)
    assert helpers.build([HELPER]).startswith(f"{HELPER}, being built by {text}")
    assert f"{HELPER} is being built by {text}" in _doctor()
    assert helpers.clear(HELPER) == "", "the owner lives"
    owner.kill()
    owner.wait()
    assert helpers.builder_of(HELPER) == ""
    assert f"{HELPER} will be built at first use (cleared a stale lock of {text}" in _doctor()
    assert "stale" not in _doctor()


@pytest.mark.engines
@pytest.mark.parametrize("kind", ["of torch", "of a killed process"])
def test_a_stale_lock_is_taken_over(kind: str, place: Path, owner: subprocess.Popen[str]) -> None:
    owner.kill()
    owner.wait()
    if kind == "of torch":
        (place / HELPER / "lock").write_text("")
        assert "a process that is not named" in _doctor()
        (place / HELPER / "lock").write_text("")
    _take(place)


@pytest.mark.engines
def test_where_helpers_are_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the folder that is named, else in the virtual environment, else in the user's cache."""
    named, environment, cache = (tmp_path / name for name in ("named", "environment", "cache"))
    monkeypatch.setenv(helpers.FOLDER, str(named))
    monkeypatch.setattr(sys, "prefix", str(environment))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    found = helpers.folder()
    assert found.is_relative_to(named)
    monkeypatch.setenv(helpers.FOLDER, str(found))
    assert helpers.folder() == found, "a process of a run has the folder itself in the variable"
    # A file where the folder should be: as good as a folder that cannot be written, which root does not know.
    (named / "roll-run").rename(tmp_path / "away")
    (named / "roll-run").write_text("")
    monkeypatch.setenv(helpers.FOLDER, str(named))
    assert helpers.folder().is_relative_to(environment / "share")
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert helpers.folder().is_relative_to(cache)
    cache.rename(tmp_path / "cache-away")
    cache.write_text("")
    (finding,) = doctor._helpers()
    assert "set TORCH_EXTENSIONS_DIR" in finding.fix


@pytest.mark.engines
def test_a_helper_that_cannot_be_built(place: Path) -> None:
    build = _python("-c", BUILD, CXX="no-such-compiler")
    last = build.communicate()[0].splitlines()[-1]
    assert f"DeepSpeed's helper {HELPER} cannot be built: " in last
    assert "no-such-compiler" in last
    assert not helpers.is_built(HELPER)
    assert not list(place.rglob("lock"))


@pytest.mark.engines
def test_ninja_is_found_in_an_environment_that_is_not_activated(place: Path) -> None:
    code = (
        "from roll_runtime import helpers\n"
        "helpers.use()\n"
        "from torch.utils.cpp_extension import verify_ninja_availability\n"
        "verify_ninja_availability()\n"
    )
    process = _python("-c", code, PATH="")
    output = process.communicate()[0]
    assert process.returncode == 0, output


@pytest.mark.engines
@pytest.mark.slow
def test_a_start_names_who_builds_its_helper(
    owner: subprocess.Popen[str], roll_run: RollRun, nothing_left: Left
) -> None:
    started = roll_run.start("waits", *SHORT, script=SCRIPT)
    text = f"still waiting for {HELPER}, being built by process {owner.pid} on "
    wait_until(lambda: text in started.log.read_text() or started.process.poll() is not None)
    started.process.send_signal(signal.SIGINT)
    run = started.end()
    assert text in run.output
    assert run.code == 128 + signal.SIGINT, run.output
    assert nothing_left() == []


def _starts_again(moment: str, roll_run: RollRun, monkeypatch: pytest.MonkeyPatch, nothing_left: Left) -> Run:
    """Kill a start at a moment; then the doctor is content, and the next run starts its workers and trains."""
    name = "".join(filter(str.isalnum, moment))
    monkeypatch.setenv("KILL_AT", moment)
    killed = roll_run.start(name, *PLAIN, "max_steps=100000", script=SCRIPT).end()
    assert killed.code == -signal.SIGKILL, killed.output
    assert nothing_left() == []
    monkeypatch.delenv("KILL_AT")
    # The rest of what the doctor looks at, such as free memory, is not this run's.
    assert "being built" not in _doctor()
    run = roll_run.start(name, *SHORT, script=SCRIPT).end()
    assert run.code == 0, run.output
    return run


@pytest.mark.engines
@pytest.mark.slow
def test_a_build_that_is_killed(
    place: Path, roll_run: RollRun, monkeypatch: pytest.MonkeyPatch, nothing_left: Left
) -> None:
    run = _starts_again("0 building", roll_run, monkeypatch, nothing_left)
    assert f"still waiting for {HELPER} to be compiled, after " in run.output
    assert helpers.is_built(HELPER)


@pytest.mark.engines
@pytest.mark.slow
def test_compilers_that_outlive_their_build_are_waited_for(place: Path) -> None:
    build = _python("-c", BUILD)
    wait_until(lambda: helpers.ninjas(place / HELPER))
    build.kill()
    build.wait()
    assert helpers.ninjas(place / HELPER)
    _take(place)
    assert helpers.ninjas(place / HELPER) == []


@pytest.mark.engines
@pytest.mark.slow
@pytest.mark.parametrize("moment", [*(f"0 {step}" for step in STEPS), *MOMENTS])
def test_a_start_that_is_killed(
    moment: str, place: Path, roll_run: RollRun, monkeypatch: pytest.MonkeyPatch, nothing_left: Left
) -> None:
    _starts_again(moment, roll_run, monkeypatch, nothing_left)


@pytest.mark.engines
@pytest.mark.slow
def test_a_whole_run_after_a_start_that_was_killed(
    place: Path, roll_run: RollRun, monkeypatch: pytest.MonkeyPatch, nothing_left: Left
) -> None:
    _starts_again("0 building", roll_run, monkeypatch, nothing_left)
    run = roll_run("whole-again", "max_steps=20")
    assert run.code == 0, run.output
    assert len(run.records()) == 20
    assert run.rewards[-1] > 2 * run.rewards[0]
    assert nothing_left() == []
