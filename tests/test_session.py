"""A session sees nothing from outside, and nothing of it stays, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests import guard
from tests.conftest import ROOT
from tests.patience import PATIENCE, wait_until
from tests.session import FOLDER, PROJECT

HOSTILE = {
    "ROLL_LINT_CACHE_DIR": "/nowhere",
    "ROLL_TEST_SESSION": "/nowhere",
    "XDG_CACHE_HOME": "/nowhere",
    "HF_HOME": "/nowhere",
    "HYDRA_FULL_ERROR": "1",
    "WANDB_API_KEY": "key",
    "RAY_ADDRESS": "10.0.0.1:6379",
    "GIT_DIR": "/nowhere",
    "NO_COLOR": "1",
    "FORCE_COLOR": "1",
    "COLUMNS": "7",
    "TERM": "dumb",
    "LC_ALL": "C",
    "PYTHONPATH": "/nowhere",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "CI": "true",
}


@pytest.fixture
def outside() -> dict[str, str]:
    """An environment from which another session begins."""
    own = {guard.VARIABLE, "PYTEST_ADDOPTS"}
    return {name: value for name, value in os.environ.items() if name not in own and "XDIST" not in name}


def test_what_the_environment_says_does_not_matter(outside: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import os, tests.session as session\n"
        "print(*(f'{name}={value}'.replace(str(session.FOLDER), '@') for name, value in sorted(os.environ.items())"
        " if name != 'ROLL_TEST_ALL'), sep='\\n')"
    )

    def seen(**variables: str) -> str:
        command = [sys.executable, "-c", code]
        environment = {**outside, **variables}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    plain = seen()
    assert seen(**HOSTILE, HOME=str(tmp_path)).replace("CI=true\n", "") == plain
    for line in ("HOME=@/home", "TMPDIR=@", "LC_ALL=C.UTF-8", f"{guard.VARIABLE}=@"):
        assert line in plain.splitlines()


def test_this_session_has_a_place_of_its_own() -> None:
    assert Path.cwd() == PROJECT
    assert [path.name for path in PROJECT.iterdir() if path.name != "roll-lint.toml"] == ["examples"]
    assert Path.home().parent == Path(tempfile.gettempdir()) == FOLDER
    assert not FOLDER.is_relative_to(ROOT)


STARTS = """
import os, subprocess, sys, time
import pytest

SLEEP = [sys.executable, "-c", "import time; time.sleep({patience})"]
DAEMON = [sys.executable, "-c", "import os, time; os.fork() and os._exit(0); os.setsid(); time.sleep({patience})"]

@pytest.fixture
def started(tmp_path, request):
    (tmp_path / "shut").mkdir(mode=0)
    subprocess.run(DAEMON)
    subprocess.Popen(SLEEP, start_new_session=True)
    if os.fork() == 0:
        time.sleep({patience})
        os._exit(0)
    with open(os.environ["ROLL_TEST_SAID"], "w") as said:
        print("begun", file=said)
    if request.param == "fails":
        raise RuntimeError

@pytest.mark.parametrize("started", ["works", "fails"], indirect=True)
def test_that_starts_processes(started):
    time.sleep({patience})
"""


class Other:
    """Pytest in a session of its own, on a test whose fixture starts three processes."""

    def __init__(self, folder: Path, environment: dict[str, str], fixture: str, *words: str) -> None:
        self.place, self.said = folder / "temporary", folder / "said"
        self.place.mkdir()
        self.said.touch()
        (folder / "conftest.py").write_text("import tests.session\n")
        (folder / "test_it.py").write_text(STARTS.replace("{patience}", str(PATIENCE)))
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, *words]
        command.append(f"test_it.py::test_that_starts_processes[{fixture}]")
        environment = {**environment, "TMPDIR": str(self.place), "ROLL_TEST_SAID": str(self.said)}
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)

    def has_begun(self) -> bool:
        assert self.process.poll() is None
        return bool(self.said.read_text())

    def left(self) -> list[object]:
        """Folders and living processes."""
        return [*self.place.iterdir(), *(pid for pid in guard.processes(self.place) if pid != self.process.pid)]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_session_that_is_killed_leaves_nothing(
    outside: dict[str, str], tmp_path: Path, words: tuple[str, ...], end: signal.Signals
) -> None:
    other = Other(tmp_path, outside, "works", *words)
    wait_until(other.has_begun)
    assert len(other.left()) >= 4, "the folder and three processes"
    other.process.send_signal(end)
    assert other.process.wait(PATIENCE) == -end
    wait_until(lambda: not other.left(), other.left)


def test_a_fixture_that_fails_leaves_nothing(outside: dict[str, str], tmp_path: Path) -> None:
    other = Other(tmp_path, outside, "fails")
    assert other.process.wait(PATIENCE) == 1
    assert other.said.read_text() == "begun\n"
    assert other.left() == []


def test_an_interrupt_reaches_what_a_session_in_the_background_starts(outside: dict[str, str]) -> None:
    code = (
        "import subprocess, sys, tests.session\n"
        "child = [sys.executable, '-c', 'import signal; print(signal.getsignal(signal.SIGINT).__name__)']\n"
        "subprocess.run(child)"
    )
    background = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", code]
    done = subprocess.run(background, cwd=ROOT, env=outside, capture_output=True, text=True, check=True)
    assert done.stdout == "default_int_handler\n"
