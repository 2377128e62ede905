"""Python programs that a model wrote, run apart: no network, nothing to write to, limits on time, memory and output.

`isolated` takes Linux namespaces, which need no rights: no network, other processes unseen, every file system read-only
but an empty /tmp, and all that was started gone at the end. `limited` has the limits alone, for containers that forbid
namespaces: the program can then reach the network and the files of the user.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from roll_runtime.errors import EnvironmentProblem

ISOLATED, LIMITED = "isolated", "limited"
SECONDS = 10
"""Time for a program, waiting included."""
MEMORY = 1 << 30
"""Address space of each process, in bytes."""
OUTPUT = 1 << 20
"""Bytes that are written before a program is stopped."""

NOT_APART = 97
"""Exit code of the launcher where the machine forbids what isolation needs."""
_LAUNCHER = Path(__file__).with_name("sandbox_launcher.py")
_NAMESPACES = ("--user", "--map-root-user", "--net", "--ipc", "--uts", "--pid", "--mount", "--fork", "--kill-child")


@dataclass(frozen=True, slots=True)
class Done:
    """How a program ended, and what it printed."""

    output: str
    ended_well: bool


def run(program: str, given: str, isolation: str) -> Done:
    """Run a program with text on its standard input; raises EnvironmentProblem where the machine cannot isolate it."""
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as printed:
        told.write(json.dumps({"program": program, "given": given, "isolated": isolation == ISOLATED}).encode())
        told.seek(0)
        process = subprocess.Popen(
            [*_apart(isolation), sys.executable, "-I", "-S", str(_LAUNCHER), str(SECONDS), str(MEMORY), str(OUTPUT)],
            stdin=told,
            stdout=printed,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        try:
            code = process.wait(SECONDS + 1)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        finally:
            _end(process)
        if code == NOT_APART:
            raise EnvironmentProblem(_why_not())
        printed.seek(0)
        return Done(printed.read(OUTPUT).decode(errors="replace"), code == 0)


@functools.cache
def demand(isolation: str) -> None:
    """Raise EnvironmentProblem where this machine cannot run a program so."""
    if isolation == ISOLATED and (shutil.which("unshare") is None or not run("", "", isolation).ended_well):
        raise EnvironmentProblem(_why_not())


def _apart(isolation: str) -> list[str]:
    return ["unshare", *_NAMESPACES] if isolation == ISOLATED else []


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _why_not() -> str:
    return (
        "programs of the model cannot be isolated here: it takes `unshare` of util-linux and user namespaces, which "
        "containers often forbid. Where the container itself has neither network nor anything to lose, "
        "`--execute-answers limited` runs them with limits alone"
    )
