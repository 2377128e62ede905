"""TOML, which Python reads by itself from 3.11 on."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def parse(text: str) -> dict[str, Any]:
    """The document of a TOML text; raises ValueError."""
    reader = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    document: dict[str, Any] = reader.loads(text)
    return document
