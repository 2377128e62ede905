"""Several processes give what one gives, and end as one does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.patience import PATIENCE, wait_until

CONFIG = "rollout_batch_size: 64\nrewards: {{math_rule: {{tag_included: [a]}}}}\nsave_step_{0}: 1\nseed: '{0}'\n"


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    folder = tmp_path / "configs"
    folder.mkdir()
    for number in range(30):
        (folder / f"c{number:02}.yaml").write_text(CONFIG.format(number))
    (folder / "base.yaml").write_text("rewards: {a: {}}\nsave_steps: x\n")
    (folder / "with_fragment.yaml").write_text("defaults:\n  - base\nrollout_batch_size: 8\n")
    return folder


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "gitlab"])
def test_the_output_is_the_same(configs: Path, form: str) -> None:
    one, three = (run(str(configs), "--output-format", form, "--jobs", jobs) for jobs in ("1", "3"))
    assert one.returncode == three.returncode == 1
    assert one.stderr == three.stderr == ""
    assert one.stdout == three.stdout


def test_a_forks_facts_go_along(configs: Path, tmp_path: Path) -> None:
    fork = tmp_path / "fork" / "roll" / "configs"
    fork.mkdir(parents=True)
    for name in ("base_config", "worker_config"):
        (fork / f"{name}.py").write_text("")
    (fork / "base_config.py").write_text(
        "from dataclasses import dataclass\n@dataclass\nclass BaseConfig:\n    save_step_0: int = 1\n"
    )
    one, two = (run(str(configs), "--roll-src", str(tmp_path / "fork"), "--jobs", jobs) for jobs in ("1", "2"))
    assert (one.returncode, one.stdout, one.stderr) == (two.returncode, two.stdout, two.stderr)


def test_what_cannot_be_read_is_said_once(configs: Path) -> None:
    (configs / "c07.yaml").chmod(0o000)
    if os.access(configs / "c07.yaml", os.R_OK):
        (configs / "c07.yaml").unlink()
        (configs / "c07.yaml").mkdir()
        files = [str(path) for path in configs.glob("*.yaml")]
    else:
        files = [str(configs)]
    done = run(*files, "--jobs", "2")
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr


def test_a_process_that_is_killed_is_told(configs: Path) -> None:
    for number in range(2000):
        (configs / f"d{number:03}.yaml").write_text(CONFIG.format(number))
    command = [sys.executable, "-m", "roll_schema", str(configs), "--jobs", "2", "--no-cache"]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: _children(started))
    os.kill(_children(started)[0], signal.SIGKILL)
    _, told = started.communicate(timeout=PATIENCE)
    assert (started.returncode, "a process was killed" in told, "Traceback" in told) == (2, True, False)


def test_an_interrupt_ends_all(configs: Path) -> None:
    for number in range(1000):
        (configs / f"d{number:03}.yaml").write_text(CONFIG.format(number))
    command = [sys.executable, "-m", "roll_schema", str(configs), "--jobs", "2", "--no-cache"]
    for _ in range(3):  # a handler of fork swallowed one interrupt in three
        _interrupted(command)


def _interrupted(command: list[str]) -> None:
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_until(lambda: _children(started))
    os.killpg(started.pid, signal.SIGINT)
    _, told = started.communicate(timeout=PATIENCE)
    assert (started.returncode, "Exception" in told, "Traceback" in told) == (130, False, False)
    wait_until(lambda: not _lives(started.pid))


def _children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that a command started; fails where it has ended."""
    assert process.poll() is None
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def _lives(group: int) -> bool:
    """Whether a process of a group is there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
