"""Hydra's own block, `hydra:`: what it may hold, and the search path that it sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from roll_schema.composition import grammar
from roll_schema.composition.grammar import Malformed
from roll_schema.composition.overrides import Override
from roll_schema.composition.place import place_in
from roll_schema.composition.stop import Stop
from roll_schema.source import scalars, tree
from roll_schema.source.diagnostic import Fault
from roll_schema.source.text import Span, closest, listed
from roll_schema.source.tree import Node

_KEYS: dict[str, frozenset[str] | None] = {
    "callbacks": None,
    "defaults": None,
    "env": None,
    "help": frozenset(("app_name", "header", "footer", "template")),
    "hydra_help": frozenset(("hydra_help", "template")),
    "hydra_logging": None,
    "job": frozenset(
        ("name", "chdir", "override_dirname", "id", "num", "config_name", "env_set", "env_copy", "config")
    ),
    "job_logging": None,
    "launcher": None,
    "mode": None,
    "output_subdir": None,
    "overrides": frozenset(("hydra", "task")),
    "run": frozenset(("dir",)),
    "runtime": frozenset(("version", "version_base", "cwd", "config_sources", "output_dir", "choices")),
    "searchpath": None,
    "sweep": frozenset(("dir", "subdir")),
    "sweeper": None,
    "verbose": None,
}
"""The keys of Hydra 1.3's own block, and the keys of those sections that are closed."""

_SEARCH_PATH = ("hydra", "searchpath")


def search_path(root: Node, overrides: list[Override]) -> list[Path]:
    """The folders that a primary config adds to those where fragments are searched."""
    node = tree.lookup(root, _SEARCH_PATH)
    for override in overrides:
        if override.key == ".".join(_SEARCH_PATH):
            node = override.value
    if node is None or node.value is None:
        return []
    if not isinstance(node.value, list) or not all(isinstance(item.value, str) for item in node.value):
        message, help = "`hydra.searchpath` must be a sequence of strings", "write `searchpath: [file://configs]`"
        raise Stop(Fault("invalid-hydra-block", message, node.span, help))
    paths = [Path(item.value.removeprefix("file://")) for item in node.value if not item.value.startswith("pkg://")]
    return [path if path.is_absolute() else Path.cwd() / path for path in paths]


def misplaced_search_path(content: Node) -> Iterator[Fault]:
    """The search path of a fragment, which Hydra refuses."""
    node = tree.lookup(content, _SEARCH_PATH)
    if node is not None:
        message = "`hydra.searchpath` is only allowed in the primary config"
        yield Fault("invalid-hydra-block", message, node.span, "move `hydra.searchpath` to the primary config")


def check(block: Node) -> Iterator[Fault]:
    """What Hydra refuses in its block."""
    if not isinstance(block.value, dict):
        span = block.span if block.span.text else block.key_span or block.span
        message = f"`hydra` must be a mapping of Hydra's settings, found {scalars.kind(block.value)}"
        yield Fault("invalid-hydra-block", message, span, "rename the key `hydra`")
        return
    for key, child in block.value.items():
        yield from check_key(key, child.key_span or child.span)
        inner = _KEYS.get(key)
        if inner is not None and isinstance(child.value, dict):
            for inner_key, inner_child in child.value.items():
                yield from _check_key(inner_key, inner_child.key_span or inner_child.span, inner, f"hydra.{key}")
    for _, node in tree.walk(block):
        if isinstance(node.value, str) and "${" in node.value:
            try:
                grammar.parse_text(node.value)
            except Malformed as error:
                place = place_in(node, error.start, error.end)
                yield Fault("malformed-interpolation", str(error), place, error.help or grammar.REFERENCE)


def check_key(key: Any, span: Span) -> Iterator[Fault]:
    """A key of the block that Hydra does not know."""
    yield from _check_key(key, span, _KEYS, "hydra")


def _check_key(key: Any, span: Span, known: Iterable[str], where: str) -> Iterator[Fault]:
    if key in known:
        return
    close = closest(str(key), known)
    help_text = f"did you mean `{close}`?" if close else f"write one of {listed(sorted(known))}"
    yield Fault("invalid-hydra-block", f"unknown key `{key}` in `{where}`", span, help_text)
