"""`--engine roll`: the checked config goes to the start script of its pipeline in a ROLL checkout.

ROLL's scripts take a folder, relative to their own, and a name, and no overrides. Where there are overrides, the config
as composed with them is written beside the run's other files and handed over instead.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from roll_runtime.errors import EnvironmentProblem
from roll_runtime.store import write_whole

if TYPE_CHECKING:
    import roll_schema

_FOR_HYDRA = ("hydra", "defaults")


def command(checked: roll_schema.Checked, path: Path, written: Path | None, roll_src: Path) -> list[str]:
    """The command that starts the pipeline; `written` is the composed config where one was needed.

    Raises EnvironmentProblem where the checkout has no start script for the pipeline.
    """
    scripts = roll_src / "examples"
    script = scripts / f"start_{checked.pipeline}_pipeline.py"
    if not script.is_file():
        raise EnvironmentProblem(f"--roll-src {roll_src} has no examples/{script.name}; name a checkout of ROLL")
    config = (written or path).resolve()
    folder = os.path.relpath(config.parent, scripts.resolve())
    return [sys.executable, str(script), "--config_path", folder, "--config_name", config.stem]


def write_composed(checked: roll_schema.Checked, folder: Path, name: str) -> Path:
    """Write the composed config, its variables filled in, where ROLL can read it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    composed = {key: value for key, value in checked.composed.items() if key not in _FOR_HYDRA}
    # JSON is YAML that quotes every string, so that none is read as something else.
    write_whole(path, json.dumps(composed, indent=2))
    return path


def shown(words: list[str], roll_src: Path) -> str:
    """The command as a shell takes it."""
    return f"cd {shlex.quote(str(roll_src))} && PYTHONPATH=. {shlex.join(words)}"


def start(words: list[str], roll_src: Path) -> int:
    """Replace this process by ROLL's; does not return."""
    os.chdir(roll_src)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (".", os.environ.get("PYTHONPATH"))))
    os.execv(words[0], words)
