"""A process that outlives a test session, even one that is killed, and removes what the session leaves.

It waits for a byte, or the end, of its standard input, or for the end of its parent: a forked child of the session may
keep the pipe open. Then every process that carries the session's folder in its environment, or has a file in it open, is
killed, and the folder and the shared memory of these processes are removed.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

VARIABLE = "ROLL_TEST_SESSION"
_ROUNDS = 600
_PAUSE = 0.1
_SHARED = re.compile(r"/dev/shm/[^\n]+")


class Guard:
    """The guard of a session, seen from the session."""

    def __init__(self, folder: Path) -> None:
        self._session = os.getpid()
        command = [sys.executable, "-S", "-E", __file__, str(folder), str(self._session)]
        self._process = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """The session ends by itself; returns when all that it left is gone. Does nothing in a forked child."""
        if os.getpid() == self._session:
            self._process.communicate(b"\n")


def processes(folder: Path) -> list[int]:
    """Living processes of a session, or of one that was started in it; this one apart."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        # A process that ended, and was not waited for, has an empty environment.
        with suppress(OSError):
            if _is_marked(entry, folder) or _holds_a_file(entry, folder):
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


def _is_marked(process: Path, folder: Path) -> bool:
    mark = f"{VARIABLE}={folder}".encode()
    variables = (process / "environ").read_bytes().split(b"\0")
    return any(variable == mark or variable.startswith(mark + b"/") for variable in variables)


def _holds_a_file(process: Path, folder: Path) -> bool:
    """Ray's workers write their title over their environment; their logs are in the folder."""
    for link in (process / "fd").iterdir():
        with suppress(OSError):
            if os.readlink(link).startswith(f"{folder}/"):
                return True
    return False


def clean(folder: Path, session: int) -> None:
    """Kill the processes of a session, all but the session itself, and remove what they leave."""
    shared: set[str] = set()
    quiet = 0
    for _ in range(_ROUNDS):
        pids = [pid for pid in processes(folder) if pid != session]
        # A process that is just being loaded has no environment to see for a moment.
        quiet = 0 if pids else quiet + 1
        if quiet == 2:
            break
        for pid in pids:
            shared |= _shared_memory(pid)
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_PAUSE)
    for name in shared:
        with suppress(OSError):
            os.unlink(name)
    _remove(folder)


def _shared_memory(pid: int) -> set[str]:
    """Files in /dev/shm that a process has mapped."""
    with suppress(OSError):
        return set(_SHARED.findall(Path(f"/proc/{pid}/maps").read_text()))
    return set()


def _remove(folder: Path) -> None:
    for place, names, _ in os.walk(folder):
        for path in (os.path.join(place, name) for name in names):
            # A test may have taken the rights from a folder.
            if not os.path.islink(path):
                os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _wait_for_the_end(session: int) -> None:
    while os.getppid() == session and not select.select([sys.stdin], [], [], _PAUSE)[0]:
        pass


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _wait_for_the_end(int(sys.argv[2]))
    clean(Path(sys.argv[1]), int(sys.argv[2]))
