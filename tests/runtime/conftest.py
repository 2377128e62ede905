"""A tiny model and its data, and roll-run as a user starts it; skipped where the engines are not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests import guard
from tests.conftest import EXAMPLES
from tests.patience import PATIENCE, wait_until
from tests.session import FOLDER

ENGINES = ("torch", "transformers", "peft", "deepspeed", "vllm", "ray", "math_verify")
MISSING = [name for name in ENGINES if find_spec(name) is None]
CONFIG = EXAMPLES / "ok" / "tiny_cpu.yaml"
FSDP2 = EXAMPLES / "ok" / "tiny_fsdp2.yaml"
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

    def wait_for(self, step: int) -> None:
        """Wait until a step was recorded; fails where the run ends before."""
        metrics = self.folder / "metrics.jsonl"

        def is_recorded() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return metrics.exists() and len(metrics.read_text().splitlines()) >= step

        wait_until(is_recorded, self.log.read_text)

    def end(self) -> Run:
        code = self.process.wait(PATIENCE)
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
            )
        return Started(process, self.folder / "output" / name, log)

    def __call__(self, name: str, *words: str, script: Path | None = None, config: Path = CONFIG) -> Run:
        return self.start(name, *words, script=script, config=config).end()

    def on_small_disk(self, room: str, name: str, *words: str) -> Run:
        """A run whose output goes to a disk of that size, which is gone afterwards."""
        place = self.folder / name
        place.mkdir()
        words = (*SMALL_DISK, room, str(place), sys.executable, "-m", "roll_runtime", str(CONFIG), *words)
        done = subprocess.run(
            [*words, f"exp_name={name}", f"output_dir={place}"],
            cwd=self.folder,
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
    """Waits until nothing of this session's runs is there any more; gives back what stays."""

    def left() -> list[str]:
        with suppress(AssertionError):
            wait_until(lambda: not _left())
        return _left()

    return left


def _left() -> list[str]:
    """Folders, shared memory and processes of this session's runs."""
    from roll_runtime.guard import PREFIX

    found = [str(path) for path in (*FOLDER.glob(f"{PREFIX}*"), *Path("/dev/shm").glob("adapter-*"))]
    return found + [command_of(pid) for pid in guard.processes(FOLDER) if _is_of_a_run(pid)]


def _is_of_a_run(pid: int) -> bool:
    from roll_runtime.guard import PREFIX, VARIABLE, holds_a_file

    process, start = Path(f"/proc/{pid}"), f"{FOLDER}/{PREFIX}"
    with suppress(OSError):
        return f"{VARIABLE}={start}".encode() in (process / "environ").read_bytes() or holds_a_file(process, start)
    return False


def command_of(pid: int) -> str:
    """The words that a process shows; empty where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""
