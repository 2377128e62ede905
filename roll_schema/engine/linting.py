"""One config through all stages."""

from __future__ import annotations

from pathlib import Path

from roll_schema.engine.check import check
from roll_schema.engine.load import load
from roll_schema.engine.options import Options
from roll_schema.engine.present import present
from roll_schema.engine.result import Result
from roll_schema.source.text import Source


def lint(path: Path, source: Source, options: Options) -> Result:
    """Lint one config; never raises for what the config holds."""
    return present(check(load(path, source, options), options))
