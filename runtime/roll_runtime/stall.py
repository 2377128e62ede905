"""Says what a start waits for, where that takes long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import click

from roll_runtime.progress import duration

FIRST, AGAIN = 20.0, 60.0
"""Seconds until the first line, and between it and the next ones."""


@contextmanager
def waiting(what: Callable[[], str]) -> Iterator[None]:
    """While the block runs, print now and then what it waits for; `what` is asked each time."""
    done = threading.Event()
    watcher = threading.Thread(target=watch, args=(what, done.wait), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def watch(what: Callable[[], str], wait: Callable[[float], bool]) -> None:
    """Print a line after each wait that ends without result."""
    passed, seconds = 0.0, FIRST
    while not wait(seconds):
        passed, seconds = passed + seconds, AGAIN
        # Where nobody reads any more, the run goes on.
        with suppress(OSError):
            click.echo(f"still waiting for {what()}, after {duration(passed)}", err=True)
