"""What a test session has for itself: a folder for all that it writes, with a home in it, and an environment.

What the developer's home, environment, checkout or the folders above it hold decides no test, and no test writes there.
Processes that are started in a session, like the workers of pytest-xdist, share what it has.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests import guard

ROOT = Path(__file__).resolve().parent.parent
"""The checkout, which is only read."""

KEPT = re.compile(
    r"PATH|LD_LIBRARY_PATH|USER|LOGNAME|CC|CXX|CHROMIUM|ROLL_CORPUS|ROLL_GIT|ROLL_ENGINES|ROLL_CLIENTS|ROLL_TEST_SAID"
    r"|PYTHONPYCACHEPREFIX|PYTHONDONTWRITEBYTECODE|(PYTEST|COV|COVERAGE|CUDA|NVIDIA)_\w+"
    # Where DeepSpeed's compiled parts are kept, for who has them built once; else each session builds its own.
    r"|TORCH_EXTENSIONS_DIR"
    # How packages are reached.
    r"|PIP_(CERT|CONFIG_FILE|CONSTRAINT|DEFAULT_TIMEOUT|EXTRA_INDEX_URL|FIND_LINKS|INDEX_URL|NO_INDEX|PROXY|RETRIES"
    r"|TRUSTED_HOST)|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE|(?i:(all|https?|no)_proxy)"
)
"""Variables that a session takes over from the environment; all others are gone."""

GITCONFIG = """\
[user]
name = Tests
email = tests@example.com
[init]
defaultBranch = main
[safe]
directory = *
"""


def begin() -> Path:
    """Begin a session: have this process, and what it starts, see its folder alone; gives back the folder."""
    # A short name: Ray has sockets below, and the path of one takes 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="roll-")).resolve()
    atexit.register(guard.Guard(folder).dismiss)
    environment = _environment(folder, os.environ)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # it was looked up in the old environment
    # A shell has what it runs in the background ignore interrupts; with a handler, what is started here does not.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda number, frame: None)
    (folder / "home").mkdir()
    (folder / "home" / ".gitconfig").write_text(GITCONFIG, encoding="utf-8")
    copy(ROOT / "examples", folder / "project" / "examples")
    # Settings of folders above are not looked for.
    (folder / "roll-lint.toml").touch()
    (folder / "project" / "roll-lint.toml").touch()
    return folder


def copy(source: Path, target: Path, *left_out: str) -> None:
    """Copy a folder, whose copy may be written even if it may not."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*left_out), copy_function=shutil.copyfile)
    for place, _, _ in os.walk(target):
        os.chmod(place, 0o755)


def _environment(folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in given.items() if KEPT.fullmatch(name)}
    if pip := _pip_config(given):
        kept.setdefault("PIP_CONFIG_FILE", pip)
    if given.get("CI"):
        kept["ROLL_TEST_ALL"] = "1"
    for name in {"ROLL_CORPUS", "ROLL_CLIENTS", "ROLL_GIT"} & kept.keys():
        kept[name] = os.path.abspath(kept[name])
    return kept | {
        guard.VARIABLE: str(folder),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "runtime"))),
    }


def _pip_config(given: Mapping[str, str]) -> str | None:
    """The user's settings of pip, which may be all that leads to packages."""
    home = Path(given.get("HOME") or Path.home())
    places = (Path(given.get("XDG_CONFIG_HOME") or home / ".config", "pip", "pip.conf"), home / ".pip" / "pip.conf")
    return next((str(place) for place in places if place.is_file()), None)


def installed() -> dict[str, str]:
    """The environment for a program that shall import what is installed, and not the checkout."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _joined() -> Path | None:
    """The folder of the session that started this process."""
    folder = Path(os.environ.get(guard.VARIABLE) or os.devnull)
    return folder if (folder / "project").is_dir() else None


FOLDER = _joined() or begin()
_HELD = (FOLDER / "held").open("w")  # by which the guard knows forks of this process
PROJECT = FOLDER / "project"
"""Where commands are run: a copy of `examples`, and no settings."""
EXAMPLES = PROJECT / "examples"

sys.path[:0] = [place for place in (str(ROOT), str(ROOT / "runtime")) if place not in sys.path]
