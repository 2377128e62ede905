"""The helpers that DeepSpeed compiles: built before any worker starts, under a lock that ends with its owner.

torch's own lock for a build is a file that exists. A process that is killed during a build leaves the file, and every
later one waits for it forever. Here the same file carries a lock of the kernel, and a text that names its owner.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from roll_runtime.errors import EnvironmentProblem

BUILDERS = {
    "deepspeed_shm_comm": "ShareMemCommBuilder",
    "cpu_adam": "CPUAdamBuilder",
    "async_io": "AsyncIOBuilder",
    "quantizer": "QuantizerBuilder",
}
"""DeepSpeed's class for each helper, by the name of the helper."""

FOLDER = "TORCH_EXTENSIONS_DIR"
_POLL = 0.2


class Lock:
    """Stands for torch's `FileBaton`, which has these methods and a `wait` that is not needed here."""

    def __init__(self, path: str) -> None:
        self._path, self._file = Path(path), -1

    def try_acquire(self) -> bool:
        """Wait for the lock and take it, also after another build: that one may have been killed."""
        while not self._taken():
            time.sleep(_POLL)
        # Compilers go on to their end when the build that started them is killed.
        while ninjas(self._path.parent):
            time.sleep(_POLL)
        return True

    def release(self) -> None:
        with suppress(FileNotFoundError):
            self._path.unlink()
        os.close(self._file)

    def _taken(self) -> bool:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        # Whoever had the lock until now has removed the file, and the next one makes another.
        if not (_lock(file) and self._path.exists() and os.path.samestat(os.fstat(file), self._path.stat())):
            os.close(file)
            return False
        os.truncate(file, 0)
        os.write(file, f"process {os.getpid()} on {platform.node()}, since {time.strftime('%F %T')}".encode())
        self._file = file
        return True


def folder() -> Path:
    """Where helpers are built: in the virtual environment, else in the user's cache; for roll-run alone.

    The last part of its name tells users, versions and kinds of CPU apart. Raises EnvironmentProblem.
    """
    name = _kind()
    for place in _places():
        # In a process that builds or loads helpers the variable is set to the folder itself.
        found = place if place.name == name else place / "roll-run" / name
        with suppress(OSError):
            found.mkdir(parents=True, exist_ok=True)
            with (found / "probe").open("w") as probe:
                _lock(probe.fileno())
            return found
    raise EnvironmentProblem(f"no folder for compiled helpers can be written and locked: set {FOLDER} to one that can")


def use() -> None:
    """Have torch build and look for helpers in that folder, under locks of this kind."""
    from torch.utils import cpp_extension

    os.environ[FOLDER] = str(folder())
    cpp_extension.FileBaton = Lock
    if shutil.which("ninja") is None:
        # It came with DeepSpeed, into an environment that need not be activated.
        os.environ["PATH"] = os.pathsep.join((os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)))


def build(names: Sequence[str]) -> str:
    """Build those that are missing; gives "" when all are there, else which one is being built by whom.

    Raises EnvironmentProblem where one cannot be built.
    """
    for name in names:
        if not is_built(name):
            if owner := builder_of(name):
                return f"{name}, being built by {owner}"
            _build(name)
    return ""


def is_built(name: str) -> bool:
    """Whether a build of this helper has ended well."""
    return _stamp(name).exists()


def builder_of(name: str) -> str:
    """The process that is building a helper; empty where none is."""
    with _opened(_lock_of(name)) as file:
        return _text(file) if file and not _lock(file) else ""


def clear(name: str) -> str:
    """Remove the lock that a killed build left behind; gives the process that it names, empty where there is none."""
    with _opened(_lock_of(name)) as file:
        if not file or not _lock(file):
            return ""
        _lock_of(name).unlink(missing_ok=True)
        return _text(file)


def _build(name: str) -> None:
    use()
    from deepspeed.accelerator import get_accelerator

    try:
        get_accelerator().create_op_builder(BUILDERS[name]).load()
    except Exception as error:
        raise EnvironmentProblem(
            f"DeepSpeed's helper {name} cannot be built: {_reason(error)}; look at `roll-run --doctor`"
        ) from None
    _stamp(name).touch()


def _stamp(name: str) -> Path:
    return folder() / f"{name}.built"


def _lock_of(name: str) -> Path:
    """Where torch has the lock of a helper."""
    return folder() / name / "lock"


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The number of an open file, 0 where there is none."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield 0
        return
    try:
        yield file
    finally:
        os.close(file)


def _text(file: int) -> str:
    """Who has or had a lock; torch's own are empty."""
    return os.pread(file, 1000, 0).decode(errors="replace") or "a process that is not named"


def _lock(file: int) -> bool:
    """Take the kernel's lock on a file, if nobody else has it; it ends with the process or when the file is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def ninjas(place: Path) -> list[int]:
    """Processes of ninja, which drives the compilers, at work in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "comm").read_text() == "ninja\n" and os.path.samefile(entry / "cwd", place):
                found.append(int(entry.name))
    return found


def _places() -> Iterator[Path]:
    if given := os.environ.get(FOLDER):
        yield Path(given)
    if sys.prefix != sys.base_prefix:
        yield Path(sys.prefix, "share")
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _kind() -> str:
    """User, versions and CPU: helpers are compiled for the CPU that they are built on, which nodes may not share."""
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return "-".join((python, f"torch{version('torch')}", f"deepspeed{version('deepspeed')}", _cpu(), str(os.getuid())))


def _cpu() -> str:
    first = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
    described = [
        line for line in first.splitlines() if line.startswith(("model name", "flags", "CPU part", "Features"))
    ]
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:8]


def _reason(error: Exception) -> str:
    """The first line that says what is wrong; a compiler writes many others before and after it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return next((line for line in lines if "error:" in line or line.endswith("not found")), lines[-1])
