"""Linting by several processes: each gets a share of the files, and gives back what reports show."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain
from pathlib import Path

from roll_schema import api
from roll_schema.engine.cache import Cache
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result

_SHARES = 4
"""Shares of the files for each process, so that none waits long for another."""


def lint_all(paths: list[Path], options: Options, processes: int, cache_folder: Path | None) -> list[Result]:
    """The results in the order of the files; raises InputError where one cannot be read, or a process is killed."""
    size = max(1, -(-len(paths) // (processes * _SHARES)))
    shares = [paths[start : start + size] for start in range(0, len(paths), size)]
    # What all share is loaded once, before the processes part.
    first = _lint(options, cache_folder, shares[0][:1])
    shares[0] = shares[0][1:]
    # From Python 3.14 on, Linux too would start each process anew, without what is loaded.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    # Who interrupts means this process, which then ends the others.
    ignoring = (signal.SIGINT, signal.SIG_IGN)
    executor = ProcessPoolExecutor(processes, context, initializer=signal.signal, initargs=ignoring)
    try:
        return [*first, *chain.from_iterable(executor.map(partial(_lint, options, cache_folder), shares))]
    except BrokenProcessPool:
        raise api.InputError("a process was killed, for want of memory perhaps: try fewer with --jobs") from None
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()


def _lint(options: Options, cache_folder: Path | None, paths: list[Path]) -> list[Result]:
    cache = Cache(cache_folder, options) if cache_folder is not None else None
    return [api.lint_lightly(path, options, cache) for path in paths]
