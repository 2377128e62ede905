"""What stands between the machine and a program of the model: it shuts the door, starts the program, and ends it.

Started by its path, with Python's standard library alone, as the first process of its namespaces: when it ends, all
that the program started ends. It reports on a pipe that the program does not have: `apart` when the door is shut, and
` well` or ` badly` when the program ended.
"""

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import struct
import sys
import tempfile
import time
from typing import Any

ROOTS = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
NEW = "/sys"
"""Where the new root is built; every Linux has it, and no Python is installed in it."""

_BIND, _RECURSIVE, _PRIVATE, _DETACH = 0x1000, 0x4000, 1 << 18, 2
_MOUNT_SETATTR, _HERE, _AT_RECURSIVE, _READ_ONLY, _NO_SET_UID = 442, -100, 0x8000, 0x1, 0x2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_DROP_BOUND, _NO_NEW_RIGHTS, _DUMPABLE, _SUBREAPER = 24, 38, 4, 36
_CAPABILITIES_VERSION = 0x20080522

system = ctypes.CDLL(None, use_errno=True)


def check(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def mount(source: str, place: str, kind: str, flags: int, options: str = "") -> None:
    check(system.mount(source.encode(), place.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()))


def shut_door(kept: list[str]) -> None:
    """A new root that has the system's libraries, Python and nothing else; raises OSError."""
    mount("none", "/", "", _RECURSIVE | _PRIVATE)
    mount("tmpfs", NEW, "tmpfs", 0, "size=16m")
    for root in ROOTS:
        if os.path.islink(root):
            os.symlink(os.readlink(root), NEW + root)
        elif os.path.isdir(root):
            bind(root)
    for name in ("proc", "tmp", "dev/shm"):
        os.makedirs(f"{NEW}/{name}")
    writable = (f"{NEW}/tmp", f"{NEW}/dev/shm")
    for place in writable:
        mount("tmpfs", place, "tmpfs", 0, "size=16m")
    # After /tmp, since an environment may be in it.
    for place in kept:
        if not os.path.isdir(NEW + place):
            bind(place)
    for device in DEVICES:
        open(NEW + device, "w").close()
        mount(device, NEW + device, "", _BIND)
    set_attributes(NEW, _AT_RECURSIVE, add=_READ_ONLY | _NO_SET_UID)
    for place in writable:
        set_attributes(place, 0, remove=_READ_ONLY)
    # A container that hides parts of its own forbids it; programs can do without.
    with contextlib.suppress(OSError):
        mount("proc", f"{NEW}/proc", "proc", 0)
    os.chdir(NEW)
    check(system.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."))
    check(system.umount2(b".", _DETACH))
    os.chdir("/")


def set_attributes(place: str, flags: int, add: int = 0, remove: int = 0) -> None:
    changes = struct.pack("QQQQ", add, remove, 0, 0)
    check(system.syscall(_MOUNT_SETATTR, _HERE, place.encode(), flags, changes, len(changes)))


def bind(place: str) -> None:
    os.makedirs(NEW + place, exist_ok=True)
    mount(place, NEW + place, "", _BIND | _RECURSIVE)


def drop_rights() -> None:
    """No capability, now or after an exec; raises OSError."""
    number = 0
    while system.prctl(_DROP_BOUND, number, 0, 0, 0) == 0:
        number += 1
    check(system.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0))
    check(system.capset(struct.pack("Ii", _CAPABILITIES_VERSION, 0), struct.pack("6I", 0, 0, 0, 0, 0, 0)))


def become(told: dict[str, Any], folder: str) -> None:
    """Turn this process, a child of the launcher, into the program."""
    os.setsid()
    path = os.path.join(folder, "program.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(told["program"])
    given = os.memfd_create("stdin")
    data = memoryview(told["given"].encode())
    while data:
        data = data[os.write(given, data) :]
    os.lseek(given, 0, os.SEEK_SET)
    os.dup2(given, 0)
    os.chdir(folder)
    for kind, most in (
        (resource.RLIMIT_CPU, told["seconds"]),
        (resource.RLIMIT_AS, told["memory"]),
        (resource.RLIMIT_FSIZE, told["output"]),
        (resource.RLIMIT_NPROC, told["processes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(kind, (most, most))
    os.execve(told["python"], ["python", "-I", path], {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": folder})


def wait_for(child: int, seconds: float) -> bool:
    """Whether the program ended by itself, in time, with exit code 0; others that it left are waited for as well."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == child:
            return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
        if pid == 0:
            time.sleep(0.002)
    return False


def end_all() -> None:
    """Kill what is left; it has this process as its parent by now, or gets it when its own parent is dead."""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        for pid in children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        time.sleep(0.002)


def children() -> list[int]:
    own = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == os.getpid():
            own.append(int(name))
    return own


def main() -> None:
    report = int(sys.argv[1])
    os.set_inheritable(report, False)
    told = json.loads(sys.stdin.buffer.read())
    folder = "/tmp"
    if told["isolated"]:
        shut_door(told["kept"])
    else:
        folder = tempfile.mkdtemp()
        check(system.prctl(_SUBREAPER, 1, 0, 0, 0))
    check(system.prctl(_DUMPABLE, 0, 0, 0, 0))
    drop_rights()
    os.write(report, b"apart")
    child = os.fork()
    if child == 0:
        try:
            become(told, folder)
        finally:
            os._exit(127)
    well = wait_for(child, told["seconds"])
    if not told["isolated"]:
        end_all()
        shutil.rmtree(folder, ignore_errors=True)
    os.write(report, b" well" if well else b" badly")
    os._exit(0)


main()
