"""A process that outlives a run, even one that is killed, and removes what it leaves.

It waits for the end of its standard input, which comes when the run ends in whatever way. Then every process that
carries the folder's name in its environment is killed, and the folder removed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

VARIABLE = "ROLL_RUN_FOLDER"
PREFIX = "roll-run-"
"""How the name of a run's temporary folder begins."""


class Guard:
    """The guard of a run, seen from the run."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-S", "-E", __file__, str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def dismiss(self) -> None:
        """The run ends by itself; gives back when the folder, and what may still run, is gone."""
        self._process.communicate()


def clean(folder: Path, run: int) -> None:
    """Kill the processes of a run, all but the run itself, and remove its folder."""
    deadline = time.monotonic() + 10
    while (pids := [pid for pid in processes(folder) if pid != run]) and time.monotonic() < deadline:
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


def processes(folder: Path) -> list[int]:
    """Living processes of a run, this one apart."""
    mark = f"{VARIABLE}={folder}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # A process that ended, and was not waited for, has an empty environment.
            if mark in (entry / "environ").read_bytes().split(b"\0") or holds_a_file(entry, f"{folder}/"):
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


def holds_a_file(process: Path, start: str) -> bool:
    """Whether a process has a file open whose path starts so: Ray's agents write their title over their environment."""
    for link in (process / "fd").iterdir():
        with suppress(OSError):
            if os.readlink(link).startswith(start):
                return True
    return False


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    run = os.getppid()
    sys.stdin.buffer.read()
    clean(Path(sys.argv[1]), run)
