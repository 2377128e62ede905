"""roll-run that is killed, as by kill -9, when it enters or leaves a phase of a step: KILL_AT=`PHASE enter|leave STEP`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from roll_runtime.cli import main
from roll_runtime.pipeline import Pipeline

PHASE, END, STEP = os.environ["KILL_AT"].split()
_phase = Pipeline._phase
_seen = 0


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def phase(self: Pipeline, name: str) -> Iterator[None]:
    global _seen
    _seen += name == PHASE
    here = name == PHASE and _seen == int(STEP)
    if here and END == "enter":
        _die()
    with _phase(self, name):
        yield
        if here and END == "inside":
            _die()
    if here and END == "leave":
        _die()


Pipeline._phase = phase  # type: ignore[method-assign]
main()
