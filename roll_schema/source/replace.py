"""Files are replaced in one go: an interrupt or a full disk leaves the old text, never a part of the new one."""

from __future__ import annotations

import os
from pathlib import Path

_BOM = b"\xef\xbb\xbf"


def write(path: Path, text: str, *, may_be_new: bool = False, durable: bool = True) -> None:
    """Replace a file in one go, with its permissions, its byte order mark and what a link points to kept.

    Raises OSError, also where there is no such file, unless it `may_be_new`. What is not `durable` may be lost with the
    machine's power, and is then as it was or empty.
    """
    import tempfile  # costs a start some milliseconds, and few runs write

    target = path.resolve()
    data = text.encode("utf-8", "surrogateescape")
    mode = 0o644
    if not may_be_new or target.exists():
        with target.open("rb") as old:
            data = _BOM + data if old.read(3) == _BOM else data
            mode = os.fstat(old.fileno()).st_mode
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(data)
            new.flush()
            if durable:
                os.fsync(new.fileno())
        os.chmod(name, mode & 0o7777)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
