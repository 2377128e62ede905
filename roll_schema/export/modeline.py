"""The comment that tells an editor's YAML server which schema a config has, and the list of all schemas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from roll_schema.facts import releases
from roll_schema.source import files
from roll_schema.source.text import Source, line_end

FOLDER = Path(__file__).parent.parent / "schemas"
"""The schemas that come with this package."""

_MODELINE = re.compile(r"(?<![^\n\r])#[ \t]*yaml-language-server:[ \t]*\$schema=\S*[^\n\r]*")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://")
_FILES = {"agentic": ["**/agentic_val_*.yaml"], "agentic_rollout": ["**/agentic_rollout_*.yaml"]}
"""How ROLL's own examples are called, where it is not after their pipeline."""


def modeline(config: Path, place: str, release: str, pipeline: str) -> str:
    """The comment; `place` is the folder or the address with the schemas, of which a folder is told from the config."""
    name = f"{release}/{pipeline}.schema.json"
    if is_address(place):
        return f"# yaml-language-server: $schema={place.rstrip('/')}/{name}"
    folder = Path(place)
    file = folder / name if folder == FOLDER else files.relative(folder / name, config.parent)
    return f"# yaml-language-server: $schema={quote(file.as_posix(), safe='/:')}"


def is_address(place: str) -> bool:
    """Whether a place is an address rather than a folder."""
    return _ADDRESS.match(place) is not None


def with_modeline(source: Source, line: str) -> str:
    """The text with the comment in place of the one that it has, or as its first line."""
    found = _MODELINE.search(source.text)
    if found:
        return source.text[: found.start()] + line + source.text[found.end() :]
    return line + line_end(source.text) + source.text


def catalog(address: str) -> dict[str, Any]:
    """A catalog as SchemaStore's: an entry per pipeline, with the schema of each release at an address."""
    found: dict[str, dict[str, str]] = {}
    for name in releases.NAMES:
        for pipeline in releases.load(name).pipelines:
            found.setdefault(pipeline, {})[name] = f"{address.rstrip('/')}/{name}/{pipeline}.schema.json"
    entries = [
        {
            "name": f"ROLL {pipeline} config",
            "description": f"A config of ROLL's {pipeline} pipeline",
            "fileMatch": [f"**/{pipeline}_config*.yaml", *_FILES.get(pipeline, [])],
            "url": versions[max(versions, key=releases.NAMES.index)],
            "versions": versions,
        }
        for pipeline, versions in sorted(found.items())
    ]
    return {"$schema": "https://json.schemastore.org/schema-catalog.json", "version": 1, "schemas": entries}
