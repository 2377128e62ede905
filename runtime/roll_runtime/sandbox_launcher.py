"""The first thing that runs in the sandbox: it shuts the door, and then becomes the program.

Started by its path, with Python's standard library alone.
"""

import ctypes
import json
import os
import resource
import struct
import sys

NOT_APART = 97
EMPTY_PLACES = (b"/tmp", b"/run", b"/dev/shm")
"""Where sockets of the machine's services and of Ray are; each is replaced by an empty folder in memory."""

_MOUNT_SETATTR = 442
_HERE = -100
_RECURSIVE = 0x8000
_READ_ONLY = 0x1
_NO_NEW_RIGHTS = 38


def shut_door() -> None:
    """Make every file system read-only, inside the mount namespace that `unshare` made; raises OSError."""
    system = ctypes.CDLL(None, use_errno=True)
    changes = struct.pack("QQQQ", _READ_ONLY, 0, 0, 0)
    _check(system.syscall(_MOUNT_SETATTR, _HERE, b"/", _RECURSIVE, changes, len(changes)))
    for place in EMPTY_PLACES:
        if os.path.isdir(place) and not os.path.islink(place):
            _check(system.mount(b"tmpfs", place, b"tmpfs", 0, b"size=16m"))
    _check(system.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0))


def _check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main() -> None:
    """Read what to run from standard input, and run it as `__main__`."""
    seconds, memory, output = map(int, sys.argv[1:4])
    told = json.loads(sys.stdin.buffer.read())
    if told["isolated"]:
        try:
            shut_door()
        except OSError:
            os._exit(NOT_APART)
    given = os.memfd_create("stdin")
    os.write(given, told["given"].encode())
    os.lseek(given, 0, os.SEEK_SET)
    os.dup2(given, 0)
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(kind, (most, most))
    sys.argv = ["program"]
    exec(compile(told["program"], "program.py", "exec"), {"__name__": "__main__"})


main()
