"""The settings that a client may give when it starts the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from roll_schema import models
from roll_schema.engine.options import Options
from roll_schema.engine.request import InputError
from roll_schema.facts import releases
from roll_schema.facts.catalog.gpus import GPUS
from roll_schema.rules import OPTIONAL_GROUPS
from roll_schema.source.text import closest

_CHOICES = {"release": releases.NAMES, "pipeline": models.PIPELINES, "target": OPTIONAL_GROUPS, "gpu": GPUS}
_OTHERS = ("nodes", "gpusPerNode", "preview", "configDirs")


def options_of(asked: Any) -> Options:
    """The options for a client's settings; one that is null is as if it was not there. Raises InputError."""
    given = {key: value for key, value in asked.items() if value is not None} if isinstance(asked, dict) else {}
    for name in given:
        if name not in (*_CHOICES, *_OTHERS):
            close = closest(str(name), (*_CHOICES, *_OTHERS))
            raise InputError(f"there is no setting `{name}`" + (f"; did you mean `{close}`?" if close else ""))
    for name, values in _CHOICES.items():
        if name in given and (not isinstance(given[name], str) or given[name] not in values):
            raise InputError(f"the setting `{name}` must be one of {', '.join(values)}, not {given[name]!r}")
    nodes, per_node = given.get("nodes"), given.get("gpusPerNode")
    if any(number is not None and (type(number) is not int or number < 1) for number in (nodes, per_node)):
        raise InputError("the settings `nodes` and `gpusPerNode` must be positive integers")
    folders = given.get("configDirs", [])
    if not isinstance(folders, list) or not all(isinstance(folder, str) for folder in folders):
        raise InputError("the setting `configDirs` must be a list of texts")
    return Options(
        release=given.get("release"),
        pipeline=given.get("pipeline"),
        targets=frozenset(filter(None, [given.get("target")])),
        gpu=GPUS[given["gpu"]] if "gpu" in given else None,
        nodes=nodes,
        gpus_per_node=per_node,
        preview=bool(given.get("preview")),
        search_paths=tuple(map(Path, folders)),
    )
