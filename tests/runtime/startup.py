"""roll-run that says soon what its start waits for, and is killed there, as by kill -9, where KILL_AT says so.

KILL_AT is `waiting PATTERN`: as soon as the start waits for what the pattern matches; `building`: as soon as ninja
builds a helper; or `after SECONDS`.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable

from roll_runtime import helpers, stall
from roll_runtime.cli import main

KIND, _, VALUE = os.environ.get("KILL_AT", "").partition(" ")
stall.FIRST = stall.AGAIN = 0.5
_watch = stall.watch


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _is_there(what: str) -> bool:
    if KIND == "waiting":
        return re.search(VALUE, what) is not None
    return any(helpers.ninjas(helpers.folder() / name) for name in helpers.BUILDERS)


def watch(what: Callable[[], str], wait: Callable[[float], bool]) -> None:
    while not _is_there(what()):
        if wait(0.02):
            return
    _die()


if KIND == "after":
    killer = threading.Timer(float(VALUE), _die)
    killer.daemon = True
    killer.start()
elif KIND:
    stall.watch = watch
main()
