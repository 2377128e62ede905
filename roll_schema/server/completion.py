"""What may be typed at a place: keys, values, blocks, variables, names of modules, fragments, rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from roll_schema.composition.references import Steps
from roll_schema.export import descriptions
from roll_schema.facts import types
from roll_schema.facts.catalog.adapters import ADAPTABLE
from roll_schema.facts.missing import FactMissing
from roll_schema.facts.types import Type
from roll_schema.models.section import Unresolved
from roll_schema.models.validation import section_types
from roll_schema.planning.workers import model_modules
from roll_schema.rules import GROUPS, RULES
from roll_schema.server.cursor import Cursor, cursor, keys_beside
from roll_schema.server.document import Document
from roll_schema.server.fields import field_at, key_at, place
from roll_schema.server.values import summary
from roll_schema.source import scalars
from roll_schema.source.secrets import printable
from roll_schema.source.text import yaml_line_start
from roll_schema.source.tree import lookup

Kind = Literal["field", "section", "value", "block", "variable", "module", "file", "rule"]

_RESOLVERS = {
    "oc.env:": "A variable of the environment: `${oc.env:NAME}`, or `${oc.env:NAME,default}`.",
    "oc.select:": "A key that may be missing: `${oc.select:key,default}`.",
    "oc.decode:": "A text read as a value.",
}
_MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Item:
    """Something to type instead of the text from `start` to `end`."""

    label: str
    kind: Kind
    text: str
    start: int
    detail: str = ""
    words: str = ""
    rank: int = 0
    end: int = 0


def complete(document: Document, offset: int) -> list[Item]:
    """What may be typed at an offset, likely things first, each fitted to what stands there."""
    here = cursor(document.source.text, offset)
    found = (_fitted(item, document.source.text, here, offset) for item in _items(document, here, offset))
    return [item for item in found if item is not None]


def _items(document: Document, here: Cursor, offset: int) -> Iterator[Item]:
    if here.comment is not None:
        yield from _rules(here, offset)
    elif here.variable is not None:
        yield from _variables(document, here)
    elif here.path[:1] == ("defaults",):
        yield from _fragments(document, here)
    elif here.key:
        yield from _values(document, here, (*here.path, here.key))
    else:
        yield from _keys(document, here, here.path)
        if here.in_list:
            yield from _values(document, here, here.path[:-1])


_RESTS: dict[Kind, str] = {"value": r"[^\s,\[\]{}#'\"]*", "file": r"[^\s,\[\]#@]*"}
"""What belongs to the thing that is typed behind the cursor, where it is no name."""


def _fitted(item: Item, text: str, here: Cursor, offset: int) -> Item | None:
    """A thing to type in place of the whole word at the cursor, with the marks that are missing around it."""
    rest = _RESTS.get(item.kind, r"[\w.-]*")
    if item.kind == "value" and not here.in_flow:
        rest = r"(?:(?!\s#)[^\n\r'\"])*"
    if item.kind == "value" and not here.word:
        rest = rf"[ \t]*{rest}"
    found = re.compile(rest).match(text, offset)
    end = found.end() if found else offset
    new, behind = item.text, text[end : end + 40]
    if item.kind in ("field", "section"):
        if re.match(r" *:", behind):
            new = item.label
        elif here.in_flow and "\n" in new:
            new = f"{item.label}: {{}}"
    if item.kind == "block" and here.in_flow:
        return None
    if item.kind == "variable" and behind.startswith("}"):
        new = new.removesuffix("}")
    if item.kind == "file" and behind.startswith("@"):
        new = new.partition("@")[0]
    before = text[item.start - 1 : item.start]
    if before in (":", "-") and here.variable is None and here.comment is None:
        new = f" {new}"
    return replace(item, text=new, end=end)


def _keys(document: Document, here: Cursor, steps: Steps) -> Iterator[Item]:
    around = place(document, steps)
    present = _present(document, here, steps)
    if around.model is not None:
        nested = section_types(around.model)
        for number, field in enumerate(descriptions.fields(around.model, document.release)):
            if field.name not in present:
                is_section = field.name in nested
                ending = ":\n" + " " * (_indent(document, here) + 2) if is_section else ": "
                kind: Kind = "section" if is_section else "field"
                rank = number + 1000 * field.unread
                words = field.markdown(document.release)
                yield Item(field.name, kind, field.name + ending, here.start, field.title, words, rank)
        if not steps:
            for name in ("defaults", "hydra"):
                if name not in present:
                    yield Item(name, "field", f"{name}:", here.start, "Hydra", "", 900)
    for number, (name, key) in enumerate(around.keys.items()):
        if name not in present:
            yield Item(name, "field", f"{name}: ", here.start, descriptions.type_in_words(key.type), key.told, number)
    yield from _blocks(document, here, steps, present)


def _blocks(document: Document, here: Cursor, steps: Steps, present: set[str]) -> Iterator[Item]:
    """Whole blocks, below a key that has nothing yet, or with their key."""
    indent = _indent(document, here)
    if steps and not present:
        for snippet in descriptions.snippets(steps[-1], document.release):
            text = "\n".join(_lines(snippet.body, indent)).lstrip()
            yield Item(snippet.label, "block", text, here.start, "block", f"```yaml\n{text}\n```", 500)
    around = place(document, steps)
    for name in section_types(around.model) if around.model is not None else ():
        for snippet in descriptions.snippets(name, document.release) if name not in present else ():
            text = "\n".join(_lines({name: snippet.body}, indent)).lstrip()
            yield Item(snippet.label, "block", text, here.start, "block", f"```yaml\n{text}\n```", 2000)


def _lines(body: dict[str, Any], indent: int) -> Iterator[str]:
    for key, value in body.items():
        if isinstance(value, dict):
            yield f"{' ' * indent}{key}:"
            yield from _lines(value, indent + 2)
        else:
            yield f"{' ' * indent}{key}: {scalars.shown(value)}"


def _values(document: Document, here: Cursor, steps: Steps) -> Iterator[Item]:
    if steps[-1:] == ("lora_target",):
        yield from _modules(document, here)
    field = field_at(document, steps)
    if field is not None:
        for number, (choice, meaning) in enumerate(field.choices.items()):
            default = " (default)" if choice == field.default else ""
            shown = scalars.shown(choice)
            yield Item(shown, "value", shown, here.start, f"choice{default}", meaning, number)
        yield from _of_type(types.parse(field.type), here, with_choices=not field.choices)
        for number, example in enumerate(field.examples):
            if not isinstance(example, (dict, list)):
                shown = scalars.shown(example)
                yield Item(shown, "value", shown, here.start, "", "", 100 + number)
        if field.default not in (None, "") and not field.choices and not isinstance(field.default, (dict, list, bool)):
            shown = scalars.shown(field.default)
            yield Item(shown, "value", shown, here.start, "default", "", 50)
    elif setting := key_at(document, steps):
        yield from _of_type(types.parse(setting[1].type), here)


def _of_type(kind: Type, here: Cursor, *, with_choices: bool = True) -> Iterator[Item]:
    words = ["true", "false"] if any(part.kind == "bool" for part in kind.parts()) else []
    words += ["null"] if kind.nullable else []
    choices = map(scalars.shown, kind.choices) if with_choices else ()
    for number, word in enumerate([*choices, *words]):
        yield Item(word, "value", word, here.start, "", "", 10 + number)


def _modules(document: Document, here: Cursor) -> Iterator[Item]:
    """The names of the configured model's modules that an adapter can be put on."""
    config = document.whole.config
    start = here.start + len(here.word) - len(here.word.split(",")[-1].lstrip("\"'"))
    if config is None:
        return
    try:
        model, known = model_modules(config, "actor_train")  # type: ignore[arg-type]
    except (FactMissing, Unresolved, AttributeError):
        return
    kinds: dict[str, str] = {}
    for architecture in known.architectures:
        for module, kind in architecture.modules.items():
            name = module.rpartition(".")[2]
            if kind in ADAPTABLE and name.isidentifier():
                kinds.setdefault(name, kind)
    chosen = {name.strip("\"' ") for name in here.word.split(",")[:-1]}
    for number, (name, kind) in enumerate(sorted(kinds.items(), key=lambda item: item[1] != "linear")):
        if name not in chosen:
            yield Item(name, "module", name, start, f"{kind} of {printable(model)}", "", number)


def _variables(document: Document, here: Cursor) -> Iterator[Item]:
    """Keys below what is typed within a `${`, with what they come to."""
    typed = (here.variable or "").split(".")[:-1]
    dots = len(here.variable or "") - len((here.variable or "").lstrip("."))
    if dots:
        base = (*here.path, here.key) if here.key else here.path
        typed = [*base[: len(base) - dots], *filter(None, typed)]
    node = lookup(document.whole.composed, tuple(typed))
    if node is not None and isinstance(node.value, dict):
        for number, (key, child) in enumerate(node.value.items()):
            if isinstance(key, str):
                value = lookup(document.whole.resolved, (*typed, key))
                detail = summary(document, (*typed, key), value or child)
                text = key + ("" if isinstance(child.value, dict) else "}")
                yield Item(key, "variable", text, here.start, detail, "", number)
    if not typed and not dots:
        for name, words in _RESOLVERS.items():
            yield Item(name, "variable", name, here.start, "resolver", words, 5000)


def _fragments(document: Document, here: Cursor) -> Iterator[Item]:
    """Fragments in the folder that is typed, below those that may be read."""
    folder, _, _ = here.word.rpartition("/")
    base = document.path.parent
    try:
        around = (base / folder).resolve()
        allowed = [path.resolve() for path in document.asked.allowed]
        if not any(around.is_relative_to(path) for path in allowed):
            return
        found = sorted(around.iterdir())[:_MOST_FILES]
    except (OSError, ValueError):
        return
    prefix = f"{folder}/" if folder else ""
    for path in found:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield Item(f"{prefix}{path.name}/", "file", f"{prefix}{path.name}/", here.start, "folder")
        elif path.suffix == ".yaml" and (path.name != document.path.name or around != base.resolve()):
            yield Item(f"{prefix}{path.stem}", "file", f"{prefix}{path.stem}@_here_", here.start, "fragment")


def _rules(here: Cursor, offset: int) -> Iterator[Item]:
    """Rules and groups within `# roll-lint: ignore[...]`."""
    comment = here.comment or ""
    if "roll-lint:" not in comment or "[" not in comment or "]" in comment:
        return
    typed = comment.rpartition("[")[2].split(",")[-1].lstrip()
    for name in (*GROUPS, *RULES):
        yield Item(name, "rule", name, offset - len(typed), "group" if name in GROUPS else "rule")


def _present(document: Document, here: Cursor, steps: Steps) -> set[str]:
    """The keys that stand at the place already, by the tree or, where that cannot be, by the lines."""
    node = lookup(document.own, steps) if document.own is not None else None
    if node is not None and isinstance(node.value, dict):
        typed = re.compile(r"[\w.-]*").match(document.source.text, here.start)
        return {str(key) for key in node.value} - {typed.group() if typed else ""}
    return keys_beside(document.source.text, here)


def _indent(document: Document, here: Cursor) -> int:
    return here.start - yaml_line_start(document.source.text, here.start)
