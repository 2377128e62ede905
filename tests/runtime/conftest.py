"""A tiny model and its data, and roll-run as a user starts it; skipped where the engines are not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

ENGINES = ("torch", "transformers", "peft", "deepspeed", "vllm", "ray", "math_verify")
MISSING = [name for name in ENGINES if find_spec(name) is None]
CONFIG = ROOT / "examples" / "ok" / "tiny_cpu.yaml"
TWO_RANKS = (
    "num_gpus_per_node=2",
    "actor_train.device_mapping='[0,1]'",
    "actor_train.training_args.per_device_train_batch_size=16",
)
SMALL_DISK = ("unshare", "-Urm", "sh", "-c", 'mount -t tmpfs -o size=$0 tmpfs "$1" && shift && exec "$@"')
PLAIN = ("actor_infer.strategy_args.strategy_name=hf_infer", "~actor_infer.strategy_args.strategy_config")
"""Answers by transformers: starts sooner than vLLM, for tests that are not about it."""

# Tests collected without the engines would fail at import.
collect_ignore = (
    [
        path.name
        for path in Path(__file__).parent.glob("test_*.py")
        if "import torch" in path.read_text(encoding="utf-8")
    ]
    if "torch" in MISSING and "ROLL_ENGINES" not in os.environ
    else []
)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if MISSING and "ROLL_ENGINES" not in os.environ and item.get_closest_marker("engines"):
        pytest.skip(f"not installed: {', '.join(MISSING)}")


@dataclass(frozen=True)
class Run:
    """A run that ended: its exit code, what it printed, and the folder that it wrote."""

    code: int
    output: str
    folder: Path

    def records(self, name: str = "metrics.jsonl") -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / name).read_text(encoding="utf-8").splitlines()]

    @property
    def rewards(self) -> list[float]:
        return [row["reward/mean"] for row in self.records()]

    def checkpoints(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "checkpoints").iterdir())


@dataclass(frozen=True)
class Started:
    """A run that goes on; `folder` is the one it writes."""

    process: subprocess.Popen[str]
    folder: Path
    log: Path

    def wait_for(self, step: int, seconds: float = 120) -> None:
        """Wait until a step was recorded; fails where the run ends before."""
        deadline = time.monotonic() + seconds
        metrics = self.folder / "metrics.jsonl"
        while not metrics.exists() or len(metrics.read_text().splitlines()) < step:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def end(self, seconds: float = 180) -> Run:
        code = self.process.wait(seconds)
        return Run(code, self.log.read_text(encoding="utf-8"), self.folder)


class RollRun:
    """Starts roll-run in a folder that has the tiny model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, name: str, *words: str, script: Path | None = None, config: Path = CONFIG) -> Started:
        command = [sys.executable, str(script)] if script else [sys.executable, "-m", "roll_runtime"]
        log = self.folder / f"{name}.log"
        with log.open("a") as out:
            process = subprocess.Popen(
                [*command, str(config), f"exp_name={name}", *words],
                cwd=self.folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "runtime")))},
            )
        return Started(process, self.folder / "output" / name, log)

    def __call__(self, name: str, *words: str, script: Path | None = None) -> Run:
        return self.start(name, *words, script=script).end()

    def on_small_disk(self, room: str, name: str, *words: str) -> Run:
        """A run whose output goes to a disk of that size, which is gone afterwards."""
        place = self.folder / name
        place.mkdir()
        words = (*SMALL_DISK, room, str(place), sys.executable, "-m", "roll_runtime", str(CONFIG), *words)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "runtime")))}
        done = subprocess.run(
            [*words, f"exp_name={name}", f"output_dir={place}"],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout, place / name)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny model and its data where the example looks for them."""
    from roll_runtime import tiny

    folder = tmp_path_factory.mktemp("run")
    tiny.write(folder / "output" / "tiny")
    return folder


@pytest.fixture(scope="session")
def roll_run(tiny: Path) -> RollRun:
    return RollRun(tiny)


@pytest.fixture
def nothing_left() -> Callable[[], list[str]]:
    """Says what of Ray or of a run is still there."""

    def left() -> list[str]:
        deadline = time.monotonic() + 15
        while (found := _left()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return found

    return left


def _left() -> list[str]:
    """Processes with a run's mark, folders, and shared memory."""
    from roll_runtime import guard

    start = f"{tempfile.gettempdir()}/{guard.PREFIX}"
    found = glob(f"{start}*")
    found += [str(path) for path in Path("/dev/shm").glob("adapter-*")]
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            marked = f"{guard.VARIABLE}=".encode() in (entry / "environ").read_bytes()
            marked = marked or guard.holds_a_file(entry, start)
        except OSError:
            continue
        if marked:
            found.append((entry / "cmdline").read_text().replace("\0", " "))
    return found
