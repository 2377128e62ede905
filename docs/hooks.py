"""What MkDocs does for the site beside the pages: the schemas go along, so that editors find them there."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any


def on_post_build(config: Any) -> None:
    """Copy the schemas into the site."""
    shutil.copytree(Path(__file__).resolve().parent.parent / "schemas", Path(config["site_dir"]) / "schemas")
