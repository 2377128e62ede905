"""The YAML server that VS Code, Neovim, Helix and others have, with our schemas."""

from __future__ import annotations

from pathlib import Path

from roll_schema import models
from roll_schema.export.modeline import modeline, with_modeline
from roll_schema.facts import releases
from roll_schema.source.text import Source
from tests.clients import PROGRAMS
from tests.clients.editor import Editor
from tests.conftest import EXAMPLES, ROOT
from tests.support import lint_path

SQUIGGLES = Path(__file__).parent / "squiggles.txt"
_SETTINGS = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}


def start(folder: Path) -> Editor:
    """An editor on a folder."""
    return Editor([str(PROGRAMS / "yaml-language-server"), "--stdio"], folder, _SETTINGS)


def with_schema(text: str, release: str = releases.DEFAULT_NAME, pipeline: str = "rlvr") -> str:
    """The text with the modeline for a schema, and one line more."""
    return with_modeline(Source("c", text), modeline(ROOT / "c.yaml", (ROOT / "schemas").as_uri(), release, pipeline))


def squiggles(editor: Editor) -> str:
    """What the server underlines in the examples; `make examples` writes the file, and then read the difference."""
    lines = []
    for path in sorted([*EXAMPLES.glob("ok/*.yaml"), *EXAMPLES.glob("broken/*.yaml")]):
        result = lint_path(path)
        pipeline = result.pipeline.name if result.pipeline.name in models.PIPELINES else "rlvr"
        text = with_schema(path.read_text(encoding="utf-8"), result.facts.name, pipeline)
        for found in sorted(editor.open(path.name, text), key=lambda found: found.range.start):
            place = f"{path.parent.name}/{path.name}:{found.range.start.line}:{found.range.start.character + 1}"
            lines.append(f"{place}: {found.message}\n")
    return "".join(lines)
