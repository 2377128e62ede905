"""
A YAML tag that the loader does not know.

Tags such as `!env` or `!include` belong to other tools, and `!!python/...` is refused for safety: the file does not
load.

    output_dir: !env OUTPUT_DIR   # error: [unknown-tag]

OmegaConf's own way to read a variable of the environment is an interpolation:

    output_dir: ${oc.env:OUTPUT_DIR,./output}
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def unknown_tag(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Delete the tag; to read an environment variable write `${oc.env:NAME}`."
    yield Problem("", fault.message, help=advice)
