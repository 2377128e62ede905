"""What MkDocs adds to the pages in this folder: those that follow from code and tests, and the schemas."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import generate
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages, which are written nowhere but to the site."""
    # A process of its own, since tests have an environment of their own.
    command = [sys.executable, "-m", "tests.pages"]
    tested = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    for place, text in {**generate.pages(), **tested}.items():
        files.append(File.generated(config, place, content=text))
    return files


def on_post_build(config: Any) -> None:
    """Copy the schemas into the site, where editors find them."""
    shutil.copytree(ROOT / "schemas", Path(config["site_dir"]) / "schemas")
