"""Python programs that a model wrote, run apart: no network, nothing of the machine to read, limits on time and memory.

`isolated` takes Linux namespaces, which need no rights: the program sees Python, the system's libraries and an empty
/tmp, has no network, sees no other process, holds no capability, and nothing that it started outlives it. `limited` has
the limits alone, for containers that forbid namespaces: the program can then reach the network and the user's files.

Left open: memory is bounded for each process, not in sum; and a program that sets out to read its own source finds the
word that its tests print at the end.
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
PROCESSES = 64
"""Processes of the user at once; the system does not count those of root."""

_PATIENCE = 5
"""Seconds that the launcher may take beside the program itself."""
_LAUNCHER = Path(__file__).with_name("sandbox_launcher.py")
_NAMESPACES = ("--user", "--map-root-user", "--net", "--ipc", "--uts", "--pid", "--mount", "--fork", "--kill-child")


@dataclass(frozen=True, slots=True)
class Done:
    """How a program ended, and what it printed."""

    output: str
    ended_well: bool


def run(program: str, given: str, isolation: str) -> Done:
    """Run a program with text on its standard input; raises EnvironmentProblem where the machine cannot isolate it."""
    told = {
        "program": program,
        "given": given,
        "isolated": isolation == ISOLATED,
        "python": sys.executable,
        "kept": sorted({sys.base_prefix, sys.base_exec_prefix, sys.prefix}),
        "seconds": SECONDS,
        "memory": MEMORY,
        "output": OUTPUT,
        "processes": PROCESSES,
    }
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as printed:
        asked.write(json.dumps(told).encode())
        asked.seek(0)
        report, reported = os.pipe()
        try:
            _launch(isolation, asked.fileno(), printed.fileno(), reported)
        finally:
            os.close(reported)
            with open(report, "rb") as pipe:
                said = pipe.read()
        # The launcher speaks before and after the program; without both there is no verdict on the program.
        if not said.startswith(b"apart"):
            raise EnvironmentProblem(_why_not(isolation))
        printed.seek(0)
        return Done(printed.read(OUTPUT).decode(errors="replace"), said == b"apart well")


@functools.cache
def demand(isolation: str) -> None:
    """Raise EnvironmentProblem where this machine cannot run a program so."""
    run("", "", isolation)


def _launch(isolation: str, asked: int, printed: int, reported: int) -> None:
    try:
        process = subprocess.Popen(
            [*_apart(isolation), sys.executable, "-I", "-S", str(_LAUNCHER), str(reported)],
            stdin=asked,
            stdout=printed,
            stderr=subprocess.DEVNULL,
            pass_fds=(reported,),
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise EnvironmentProblem(f"a program of the model cannot be started: {error}") from None
    try:
        process.wait(SECONDS + _PATIENCE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _apart(isolation: str) -> list[str]:
    if isolation != ISOLATED:
        return []
    unshare = shutil.which("unshare")
    if unshare is None:
        raise EnvironmentProblem(_why_not(isolation))
    return [unshare, *_NAMESPACES]


def _why_not(isolation: str) -> str:
    if isolation != ISOLATED:
        return "a program of the model could not be started: this machine is out of processes or memory"
    return (
        "programs of the model cannot be isolated here: it takes `unshare` of util-linux and user namespaces, which "
        "containers often forbid. Where the container itself has neither network nor anything to lose, "
        "`--execute-answers limited` runs them with limits alone"
    )
