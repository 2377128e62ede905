"""Waiting for others, and the cost of work, by what a busy machine does not change: steps and processor time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

PATIENCE = 600
"""Seconds after which a test takes what it waits for to hang; no test has another limit."""
_PAUSE = 0.02


def wait_until(condition: Callable[[], object], said: Callable[[], object] = str) -> None:
    """Wait for something that will be true; where it does not come, `said` tells more."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, said()
        time.sleep(_PAUSE)


def processor_seconds(pid: int) -> float:
    """What a living process has used of a processor's time."""
    _, _, fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def wait_for_work(process: subprocess.Popen[Any], seconds: float) -> None:
    """Wait until a process has used so much of a processor's time, or has ended."""
    wait_until(lambda: process.poll() is not None or processor_seconds(process.pid) >= seconds)


@contextmanager
def processor_limit(seconds: float) -> Iterator[None]:
    """Fails where the block uses more of a processor's time."""

    def end(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"more than {seconds} seconds of processor time")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def steps(work: Callable[[], object]) -> int:
    """How many lines of Python a piece of work runs."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
