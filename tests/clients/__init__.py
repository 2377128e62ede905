"""Programs of others that read what roll-lint writes; `make` installs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(os.environ.get("ROLL_CLIENTS") or Path(__file__).parent)
"""Where npm installed them."""
PROGRAMS = FOLDER / "node_modules" / ".bin"
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
"""With the Node.js that stands beside this Python first."""


def node(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script of modules in the folder where packages are found."""
    command = ["node", "--input-type=module", "--eval", script, *arguments]
    return subprocess.run(command, cwd=FOLDER, env=ENVIRONMENT, capture_output=True, text=True, check=False)
