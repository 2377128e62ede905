"""The page on the folders of roll_schema, drawn from the layers in pyproject.toml and from the imports in the code."""

from __future__ import annotations

import ast
import re
from html import escape
from pathlib import Path

from roll_schema.facts import toml

ROOT = Path(__file__).resolve().parent.parent
_LAYER = "roll_schema."
_WIDTH, _HEIGHT, _STEP, _TOP = 470, 34, 42, 24


def page() -> str:
    """The drawing, what each folder is for, and the way of a config through them."""
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    way = contributing[contributing.index("From `lora_rank: 24`") : contributing.index("## Add a rule")]
    return "\n".join(
        [
            "# Architecture\n",
            "`roll_schema/` is a stack of folders. Each imports only those below it; `make check` fails otherwise.",
            "A dot means that the folder in this row imports the one with that number.\n",
            drawing(),
            "",
            way,
        ]
    )


def layers() -> list[str]:
    """The layers from top to bottom, as the import contract in pyproject.toml lists them."""
    project = toml.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    stack = next(contract["layers"] for contract in contracts if "roll_schema.source" in contract.get("layers", ()))
    return [name.removeprefix(_LAYER) for name in stack]


def imports(layer: str, others: list[str]) -> list[str]:
    """Those of the other layers that a layer imports, in their order."""
    place = ROOT / "roll_schema" / layer
    files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    found = {name for file in files for name in _imported(ast.parse(file.read_text(encoding="utf-8")))}
    return [other for other in others if other != layer and other in found]


def _imported(module: ast.Module) -> set[str]:
    """The folders below roll_schema that a module imports from, those for type checkers left out."""
    typing = {id(node) for block in ast.walk(module) if _is_for_types(block) for node in ast.walk(block)}
    names = set()
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and id(node) not in typing:
            whole = [node.module or ""] + [f"{node.module}.{alias.name}" for alias in node.names]
            names |= {found[1] for name in whole if (found := re.match(r"roll_schema\.(\w+)", name))}
    return names


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _sentence(layer: str) -> str:
    place = ROOT / "roll_schema" / layer
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return re.split(r"(?<=\.)\s", text.splitlines()[0])[0]


def drawing() -> str:
    """The stack as SVG: a numbered box for each layer, and next to it a dot under each number that it imports."""
    stack = layers()
    parts = []
    for row, name in enumerate(stack):
        y = _TOP + _STEP * row
        middle = y + _HEIGHT // 2
        parts.append(f'<rect x="1" y="{y}" width="{_WIDTH - 1}" height="{_HEIGHT}" rx="4"/>')
        parts.append(f'<text x="12" y="{y + 14}" font-weight="bold">{row + 1} {name}</text>')
        parts.append(f'<text x="12" y="{y + 28}" font-size="10">{escape(_sentence(name))}</text>')
        parts.append(f'<text x="{_column(row)}" y="{_TOP - 8}" font-size="10" text-anchor="middle">{row + 1}</text>')
        parts.append(f'<path d="M{_WIDTH + 6} {middle} H{_column(len(stack) - 1)}"/>')
        for other in imports(name, stack):
            what = f"<title>{name} imports {other}</title>"
            parts.append(f'<circle cx="{_column(stack.index(other))}" cy="{middle}" r="5">{what}</circle>')
    width, height = _column(len(stack)), _TOP + _STEP * len(stack)
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="The folders and their imports" '
        'font-family="sans-serif" font-size="12" fill="currentColor">'
        "<style>svg path, svg rect {fill: none; stroke: currentColor; stroke-opacity: .35}</style>"
        f"{''.join(parts)}</svg>"
    )


def _column(layer: int) -> int:
    return _WIDTH + 20 + 20 * layer
