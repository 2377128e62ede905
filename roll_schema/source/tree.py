"""YAML text to a tree of nodes that know their places.

ruamel.yaml gives the events and marks as PyYAML would; scalars are typed as OmegaConf reads them, and what its loader
refuses is refused here too (tabs between tokens, duplicate keys and anchors, ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from roll_schema.source import loader, scalars, syntax
from roll_schema.source.diagnostic import Fault, Note
from roll_schema.source.path import Key, Path, dotted, join
from roll_schema.source.text import YAML_LINE_ENDS, Source, Span, yaml_lines

MAX_DEPTH = 200
"""Levels of nesting; PyYAML and OmegaConf run out of stack not far above."""
MAX_NODES = 1_000_000
"""Nodes of one document, aliases counted as often as they are used."""
MAX_SYNTAX_ERRORS = 10

HopKind = Literal["replaced", "interpolated", "aliased", "overridden"]


class _Unknown:
    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: Any = _Unknown()
"""Stands for a value that cannot be known before the run, such as an interpolation that does not resolve."""


class Hop(NamedTuple):
    """One step of a value's way to where it is used."""

    kind: HopKind
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """A value, the span of the literal that sets it, the span of its key, and how it came to be here."""

    value: Any
    span: Span
    key_span: Span | None = None
    hops: tuple[Hop, ...] = ()
    size: int = 1


class _Frame:
    """A collection that is being read: `key` holds the key whose value comes next, or None."""

    __slots__ = ("anchor", "is_map", "key", "merges", "node", "seen")

    def __init__(self, node: Node, is_map: bool, anchor: str | None) -> None:
        self.node, self.is_map, self.anchor = node, is_map, anchor
        self.key: tuple[Key, Span, bool] | None = None
        self.seen: dict[str, Span] = {}
        self.merges: list[tuple[Node, Span]] = []


def parse(source: Source) -> tuple[Node | None, list[Fault]]:
    """The document's tree and what is wrong with it; no tree when the text is no YAML that ROLL's loader reads.

    Where two releases of that loader read it differently, there is a tree, and a fault says so.
    """
    if undecodable := _UNDECODABLE.search(source.text):
        span = source.span(*undecodable.span())
        message = f"invalid UTF-8 byte `0x{ord(undecodable[0][0]) & 0xFF:02X}`"
        return None, [Fault("not-utf8", message, span, "save the file as UTF-8")]
    faults: list[Fault] = []
    rest: Source | None = source
    while rest is not None and len(faults) < MAX_SYNTAX_ERRORS:
        builder = _Builder(source)
        error = _feed(builder, rest.text)
        if error is None:
            found = [*faults, *builder.faults, *syntax.tab_faults(source, rest.text, builder.literal_spans)]
            return (None if found else builder.root), _unique([*found, *builder.doubts])
        faults.append(syntax.diagnose(source, rest.text, error))
        rest = syntax.without_block_at(rest, faults[-1].span.start)
    return None, _unique(faults)


def _feed(builder: _Builder, text: str) -> YAMLError | None:
    """Build from the text's events."""
    error = None
    for parser in loader.parsers(text):
        builder.reset()
        error = _feed_with(builder, parser, text)
        if error is None:
            break
    return error


def _feed_with(builder: _Builder, parser: loader.Parser, text: str) -> YAMLError | None:
    try:
        for event in parser(text):
            builder.add(event)
    except YAMLError as error:
        return error
    except _GiveUp:
        pass
    return None


def walk(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every node below `node` with its dotted path, parents first."""
    yield path, node
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from walk(child, join(path, key))
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from walk(child, f"{path}[{index}]")


def plain(node: Node) -> Any:
    """The value with all nodes in it replaced by theirs."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return value


def child(value: Any, step: Key) -> Any:
    """What one step leads to from a mapping or a list, as OmegaConf takes it; None where there is nothing."""
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, (str, int)):
        try:
            index = int(step)
        except ValueError:
            return None
        return value[index] if 0 <= index < len(value) else None
    return None


def way(root: Node, path: Path) -> tuple[list[Node], bool]:
    """The nodes from the root along a path, and whether it leads to its end."""
    nodes, index = [root], 0
    while index < len(path):
        value = nodes[-1].value
        found, taken = child(value, path[index]), 1
        if found is None and isinstance(value, dict):
            found, taken = _spelled(value, path[index:])
        if found is None:
            return nodes, False
        nodes.append(found)
        index += taken
    return nodes, True


def _spelled(value: dict[Key, Node], path: Path) -> tuple[Node | None, int]:
    """The child whose key is written as the next steps are: a number, or a text that itself holds dots or brackets."""
    others = {str(key): node for key, node in value.items() if type(key) is not str}
    for taken in range(1, len(path) + 1):
        name = dotted(path[:taken])
        found = value.get(name) or others.get(name)
        if found is not None:
            return found, taken
    return None, 0


def lookup(root: Node | None, path: Path) -> Node | None:
    """The node that a path leads to, or None when there is none."""
    nodes, whole = way(root, path) if root is not None else ([], False)
    return nodes[-1] if whole else None


class _GiveUp(Exception):
    """The document cannot be read on; the fault that says why is recorded."""


class _Builder:
    """Puts events together to nodes, without recursion, so that depth costs no stack."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.reset()

    def reset(self) -> None:
        self.faults: list[Fault] = []
        self.doubts: list[Fault] = []
        self.root: Node | None = None
        self.literal_spans: list[tuple[int, int]] = []
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self._anchor_spans: dict[str, Span] = {}
        self._open_anchors: set[str] = set()
        self._documents = 0

    def add(self, event: Any) -> None:
        kind = type(event)
        if kind is not AliasEvent and getattr(event, "anchor", None):
            self._anchor(event)
        if kind is ScalarEvent:
            self._scalar(event)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self._open(event, kind is MappingStartEvent)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self._close(event)
        elif kind is AliasEvent:
            self._alias(event)
        elif kind is DocumentStartEvent:
            self._documents += 1
            if self._documents == 2:
                message, help = "expected one YAML document, found a second one", "move this document to another file"
                self._fault("multiple-documents", message, event, help)
                raise _GiveUp

    def _fault(self, rule: str, message: str, place: Any, help: str, notes: tuple[Note, ...] = ()) -> None:
        span = place if isinstance(place, Span) else self._span(place)
        self.faults.append(Fault(rule, message, span, help, notes=notes))

    def _span(self, event: Any) -> Span:
        return Span(self.source, event.start_mark.index, event.end_mark.index)

    def _anchor(self, event: Any) -> None:
        start = self.source.text.index(f"&{event.anchor}", event.start_mark.index)
        span = self.source.span(start, start + 1 + len(event.anchor))
        earlier = self._anchor_spans.setdefault(event.anchor, span)
        if earlier is not span:
            message = f"anchor `&{event.anchor}` is defined twice in this file"
            help = f"rename this `&{event.anchor}` and its aliases"
            self._fault("duplicate-anchor", message, span, help, (Note("first defined here", earlier),))

    def _scalar(self, event: Any) -> None:
        span = self._span(event)
        if event.anchor or event.tag:
            span = _without_properties(span)
        if event.style in ("'", '"', "|", ">"):
            self.literal_spans.append((span.start, span.end))
        text: str = event.value
        frame = self._stack[-1] if self._stack else None
        is_key = frame is not None and frame.is_map and frame.key is None
        value: Any = text
        try:
            if event.implicit[0] or event.tag == "!":  # with that tag, quoted ones are plain too
                if is_key and text in ("<<", "="):
                    self._take_key(text, span, special=True)
                    return
                value = scalars.plain(text)
            elif event.tag:
                value = scalars.tagged(self._standard_tag(event, span), text)
        except scalars.BadScalar as error:
            self._fault("invalid-scalar", str(error), span, error.help)
        if is_key:
            self._take_key(value, span)
            return
        self._place(Node(value, span), event.anchor)

    def _standard_tag(self, event: Any, span: Span) -> str:
        tag = str(event.tag)
        prefix = "tag:yaml.org,2002:"
        if tag.startswith(prefix) and not tag.startswith(prefix + "python/"):
            return tag.removeprefix(prefix)
        tag_span = Span(self.source, event.start_mark.index, span.start)
        written, value = tag_span.text.strip() or tag, getattr(event, "value", "")
        is_variable = "env" in tag.lower() and value.isidentifier()
        help = f"write `${{oc.env:{value}}}`" if is_variable else f"remove the tag `{written}`"
        self._fault("unknown-tag", f"unknown tag `{written}`", tag_span, help)
        return "str"

    def _take_key(self, key: Key, span: Span, *, special: bool = False) -> None:
        """Only text may not come twice; `special` are the plain `<<` and `=`, which are no text to the loader."""
        frame = self._stack[-1]
        if isinstance(key, str) and not special:
            earlier = frame.seen.setdefault(key, span)
            if earlier is not span:
                note = Note("first set here", earlier)
                help = f"remove one of the two `{key}`"
                self._fault("duplicate-key", f"`{key}` is set twice in this mapping", span, help, (note,))
        elif key is None:
            self._invalid_key(key, span)
        frame.key = (key, span, special and key == "<<")

    def _invalid_key(self, key: Any, place: Any) -> None:
        span = place if isinstance(place, Span) else self._span(place)
        help = "write a string as key"
        if key is None and span.text:
            help = f'put the key in quotes: `"{span.text}"`'
        elif isinstance(key, dict):  # such as `{{name}}` of a template
            help += ", and `${name}` for a variable"
        self._fault("invalid-key", f"expected a string as key, found {scalars.kind(key)}", span, help)

    def _open(self, event: Any, is_map: bool) -> None:
        if len(self._stack) >= MAX_DEPTH:
            help = "flatten the config"
            self._fault("nested-too-deep", f"nested deeper than {MAX_DEPTH} levels", event, help)
            raise _GiveUp
        node = Node({} if is_map else [], self._span(event))
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.is_map and frame.key is None:
            self._invalid_key(node.value, event)
            frame.key = (f"<{scalars.kind(node.value)}>", node.span, False)
        if event.tag and event.tag != "!":
            known, tag = len(self.faults), self._standard_tag(event, self._span(event))
            if len(self.faults) == known and tag not in (("map",) if is_map else ("seq", "omap", "pairs")):
                message = f"invalid tag `!!{tag}` on a {scalars.kind(node.value)}"
                self._fault("unknown-tag", message, event, f"remove the tag `!!{tag}`")
        if event.anchor:
            self._open_anchors.add(event.anchor)
        self._stack.append(_Frame(node, is_map, event.anchor))

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        node = frame.node
        end = event.end_mark.index
        if end == event.start_mark.index:
            end = _end_of_block(self.source.text, node.span.start, end)
        node.span = Span(self.source, node.span.start, max(end, node.span.start))
        if frame.merges:
            merged: dict[Key, Node] = {}
            for target, span in frame.merges:
                self._merge_order(target, span, node.value)
                self._merge(node, target, span, merged)
            node.value = merged | node.value
        if frame.anchor:
            self._open_anchors.discard(frame.anchor)
            node.span = _without_properties(node.span)
        self._place(node, frame.anchor)

    def _merge(self, node: Node, target: Node, span: Span, merged: dict[Key, Node]) -> None:
        """YAML 1.1's `<<`: the mapping's own keys win, and earlier mappings of a list win over later ones."""
        parts = target.value if isinstance(target.value, list) else [target]
        for part in reversed(parts):
            if not isinstance(part.value, dict):
                message = f"expected a mapping or a sequence of mappings in `<<`, found {scalars.kind(part.value)}"
                self._fault("invalid-merge", message, span, "write an alias of a mapping: `<<: *name`")
                return
            for key, child in part.value.items():
                merged[key] = replace(child, hops=(Hop("aliased", span), *child.hops))
                node.size += child.size

    def _merge_order(self, target: Node, span: Span, own: dict[Key, Node]) -> None:
        """PyYAML 6.0.4 (2026) turned round which mapping of a merge list wins; up to 6.0.3 the first does."""
        parts = target.value if isinstance(target.value, list) else []
        first: dict[Key, Node] = {}
        for part in parts:
            if not isinstance(part.value, dict):
                return
            for key, child in part.value.items():
                before = first.setdefault(key, child)
                if key not in own and plain(before) != plain(child):
                    message = f"`{key}` depends on the PyYAML release: two mappings in this `<<` set it"
                    notes = (
                        Note("the value up to PyYAML 6.0.3", before.span),
                        Note("the value from PyYAML 6.0.4 on", child.span),
                    )
                    help = f"set `{key}` in the mapping itself"
                    self.doubts.append(Fault("merge-order", message, span, help, notes=notes))
                    return

    def _alias(self, event: Any) -> None:
        name, span = event.anchor, self._span(event)
        frame = self._stack[-1] if self._stack else None
        target = None if name in self._open_anchors else self._anchors.get(name)
        if name in self._open_anchors:
            message = f"`*{name}` is inside the value of its own anchor `&{name}`"
            self._fault("recursive-alias", message, span, f"replace `*{name}` with an alias of an inner value")
        elif target is None:
            message, help = f"unknown alias `*{name}`: no anchor `&{name}` above", f"add `&{name}` to a value above"
            self._fault("undefined-alias", message, span, help)
        if frame is not None and frame.is_map and frame.key is None:
            if target is not None and not isinstance(target.value, (dict, list)):
                self._take_key(target.value, span)
                return
            if target is not None:
                self._invalid_key(target.value, span)
            frame.key = ("<alias>", span, False)
            return
        if target is None:
            self._place(Node(None, span), None)
            return
        self._place(replace(target, key_span=None, hops=(Hop("aliased", span), *target.hops)), None)

    def _place(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = node
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        parent = frame.node
        parent.size += node.size
        if parent.size > MAX_NODES:
            message, help = f"more than {MAX_NODES:,} values with all aliases expanded", "remove aliases of aliases"
            self._fault("too-many-values", message, node.span, help)
            raise _GiveUp
        if not frame.is_map:
            parent.value.append(node)
            return
        assert frame.key is not None
        key, key_span, is_merge = frame.key
        frame.key = None
        if is_merge:
            frame.merges.append((node, key_span))
            return
        if node.key_span is None or node.key_span is not key_span:
            node = replace(node, key_span=key_span)
        if key in parent.value:
            del parent.value[key]
        parent.value[key] = node


_UNDECODABLE = re.compile("[\ud800-\udfff]+")
_BLANK = f" \t{YAML_LINE_ENDS}"
_PROPERTIES = re.compile(r"(?:&[\w-]+\s*|![^\s,\[\]{}]*(?:\s+|$))+")


def _without_properties(span: Span) -> Span:
    match = _PROPERTIES.match(span.text)
    return span._replace(start=span.start + match.end()) if match else span


def _end_of_block(text: str, start: int, end: int) -> int:
    """A block collection's end mark lies at the next token: go back over blank space and comments."""
    lines = yaml_lines(text[start:end])
    while lines and lines[-1].strip(_BLANK)[:1] in ("", "#"):
        end -= len(lines.pop())
    if lines:
        end -= len(lines[-1]) - len(lines[-1].rstrip(_BLANK))
    return end


def _unique(faults: list[Fault]) -> list[Fault]:
    seen: dict[tuple[str, int], Fault] = {}
    for fault in faults:
        seen.setdefault((fault.rule, fault.span.start), fault)
    return list(seen.values())
