"""The door to files and to the environment on the way to a diagnostic: what was asked is noted, and can be asked again.

Only regular files are read, so that a pipe or a device holds up nobody.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from stat import S_ISREG
from typing import Any, Literal

Suffix = Literal["", ".sh", ".yaml"]

Answers = dict[tuple[str, str], Any]
"""Questions (what, of which path or variable), with answers that JSON can hold."""

_LARGEST = 64 * 2**20
"""Bytes of the largest file that anything is read of in whole."""

_noted: Answers | None = None


@contextmanager
def noted() -> Iterator[Answers]:
    """Note what is asked meanwhile."""
    global _noted
    before, _noted = _noted, {}
    try:
        yield _noted
    finally:
        _noted = before


def still_holds(answers: Answers) -> bool:
    """Whether the same answers would be given now."""
    return all(_ANSWERS[kind](subject) == answer for (kind, subject), answer in answers.items())


def relative(path: str | Path, folder: str | Path = ".") -> Path:
    """A path as seen from a folder; as it was where no way leads there, as between the drives of Windows."""
    try:
        return Path(os.path.relpath(path, folder))
    except ValueError:
        return Path(path)


def is_file(path: Path) -> bool:
    return bool(_ask("is_file", str(path)))


def is_dir(path: Path) -> bool:
    return bool(_ask("is_dir", str(path)))


def exists(path: Path) -> bool:
    """Whether something is there, or may be, since it cannot be looked at."""
    return bool(_ask("exists", str(path)))


def names(folder: Path, suffix: Suffix = "") -> list[str]:
    """What a folder holds with names that end so, by the alphabet; nothing where it cannot be read."""
    found: list[str] = _ask(f"names{suffix}", str(folder))
    return found


def state(path: Path) -> tuple[int, ...] | None:
    """Size first, then what changes when a file does; None where there is no such regular file."""
    found = _ask("state", str(path))
    return tuple(found) if found else None


def resolve(path: Path) -> Path:
    """Where a path leads, through links."""
    return Path(_ask("real", str(path)))


def home(path: str) -> Path:
    """A path whose `~` stands for the user's folder."""
    return Path(_ask("home", path))


def not_to_be_kept() -> None:
    """What is found now rests on something that cannot be asked again, such as the time."""
    if _noted is not None:
        _noted["never", ""] = True


def variable(name: str) -> str | None:
    """A variable of the environment."""
    _ask("variable", name)
    return os.environ.get(name)


def read(path: Path, limit: int) -> bytes:
    """The content of a regular file; raises OSError, also for one that is larger than a limit in bytes."""
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file")
        if status.st_size > limit:
            raise OSError(
                0, f"larger than {limit // 1024 // 1024} MiB" if limit >= 2**20 else f"larger than {limit} bytes"
            )
        content = path.read_bytes()
    except OSError:
        _ask("state", str(path))
        raise
    if _noted is not None:
        _noted["content", str(path)] = _digest(content)
    return content


def _ask(kind: str, subject: str) -> Any:
    answer = _ANSWERS[kind](subject)
    if _noted is not None:
        _noted[kind, subject] = answer
    return answer


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _content(path: str) -> str | None:
    """The hash of a file's content; None where it cannot be read, or is no longer one that would be."""
    try:
        is_small = os.path.isfile(path) and os.path.getsize(path) <= _LARGEST
        return _digest(Path(path).read_bytes()) if is_small else None
    except OSError:
        return None


def _exists(path: str) -> bool:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return True


def _names(suffix: Suffix, folder: str) -> list[str]:
    try:
        return list(_listed(suffix, folder, os.stat(folder).st_mtime_ns))
    except OSError:
        return []


@lru_cache(maxsize=256)
def _listed(suffix: Suffix, folder: str, changed: int) -> tuple[str, ...]:
    """The names in a folder as of its last change: each of thousands of configs asks for those beside it."""
    return tuple(sorted(name for name in os.listdir(folder) if name.endswith(suffix)))


def _state(path: str) -> list[int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    changes = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    return changes if S_ISREG(status.st_mode) else None


def _variable(name: str) -> str | None:
    value = os.environ.get(name)
    return _digest(value.encode("utf-8", "surrogateescape")) if value is not None else None


_ANSWERS: dict[str, Callable[[str], Any]] = {
    "is_file": os.path.isfile,
    "is_dir": os.path.isdir,
    "exists": _exists,
    "names": partial(_names, ""),
    "names.sh": partial(_names, ".sh"),
    "names.yaml": partial(_names, ".yaml"),
    "state": _state,
    "real": os.path.realpath,
    "home": os.path.expanduser,
    "never": lambda _: None,
    "content": _content,
    "variable": _variable,
}
