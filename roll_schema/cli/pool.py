"""Linting by several processes: each gets a share of the configs, and gives back what reports show."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain

from roll_schema.engine.request import InputError, Request, lint
from roll_schema.engine.result import Result

_SHARES = 4
"""Shares of the configs for each process, so that none waits long for another."""


def lint_all(requests: Sequence[Request], processes: int) -> list[Result]:
    """The results in the order of the requests; raises InputError where one fails, or a process is killed."""
    size = max(1, -(-len(requests) // (processes * _SHARES)))
    # What all share is loaded once, before the processes part.
    first = lint(requests[0])
    shares = [requests[start : start + size] for start in range(1, len(requests), size)]
    # From Python 3.14 on, Linux too would start each process anew, without what is loaded.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    # Who interrupts means this process, which then ends the others.
    ignoring = (signal.SIGINT, signal.SIG_IGN)
    executor = ProcessPoolExecutor(processes, context, initializer=signal.signal, initargs=ignoring)
    try:
        with _interrupts_later():
            results = executor.map(_lint, shares)
        return [first, *chain.from_iterable(results)]
    except BrokenProcessPool:
        raise InputError("a process was killed, for want of memory perhaps: try fewer with --jobs") from None
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Holds an interrupt back while processes start: what it raises in a handler of fork, Python only prints."""
    if sys.platform == "win32":
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _lint(requests: Sequence[Request]) -> list[Result]:
    return [lint(request) for request in requests]
