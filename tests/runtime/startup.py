"""roll-run that says soon what its start waits for, and is killed there, as by kill -9, where KILL_AT says so.

KILL_AT is `SECONDS PATTERN`: so long after the start began to wait for what the pattern matches, or for `building` after
ninja began to build a helper.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable

from roll_runtime import helpers, stall
from roll_runtime.cli import main

SECONDS, _, PATTERN = os.environ.get("KILL_AT", "").partition(" ")
stall.FIRST = stall.AGAIN = 0.5


def _is_there(what: str) -> bool:
    if PATTERN == "building":
        return any(helpers.ninjas(helpers.folder() / name) for name in helpers.BUILDERS)
    return re.search(PATTERN, what) is not None


def watch(what: Callable[[], str], wait: Callable[[float], bool]) -> None:
    while not _is_there(what()):
        if wait(0.02):
            return
    threading.Timer(float(SECONDS), os.kill, (os.getpid(), signal.SIGKILL)).start()


if PATTERN:
    stall.watch = watch
main()
