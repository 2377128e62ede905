"""TOML, which Python reads by itself from 3.11 on."""

from __future__ import annotations

import sys
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

InvalidToml = tomllib.TOMLDecodeError


def parse(text: str) -> dict[str, Any]:
    """The document of a TOML text; raises InvalidToml."""
    return tomllib.loads(text)
