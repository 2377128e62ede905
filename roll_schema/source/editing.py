"""Edits on a config's text: by span, so that comments, order, quoting and line ends elsewhere stay as they are."""

from __future__ import annotations

from collections.abc import Iterable

from roll_schema.source.diagnostic import Edit
from roll_schema.source.text import YAML_LINE_ENDS, Source, Span, yaml_line_end, yaml_line_start, yaml_lines
from roll_schema.source.tree import Node


def apply(source: Source, edits: Iterable[Edit]) -> str:
    """The text with the edits on it; of two that overlap, the earlier one counts."""
    text, end = [], 0
    for edit in sorted(set(edits), key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.start >= end:
            text += [source.text[end : edit.span.start], edit.text]
            end = edit.span.end
    return "".join([*text, source.text[end:]])


def rename_key(node: Node, name: str) -> Edit:
    """Another name for a node's key."""
    assert node.key_span is not None
    return Edit(node.key_span, name, safe=True)


def remove_key(parent: Node, node: Node) -> Edit | None:
    """Without a key of a mapping; None where its lines hold more than the key."""
    return _in_block(parent, node, "") or _in_flow(parent, node)


def remove_item(parent: Node, node: Node) -> Edit | None:
    """Without an item of a list; None where it is the only one, or its line holds more than it."""
    if not isinstance(parent.value, list) or len(parent.value) < 2:
        return None
    source, text = node.span.source, node.span.source.text
    if parent.span.text.startswith("["):
        return _between_commas(parent, node.span.start, node.span.end)
    start = yaml_line_start(text, node.span.start)
    _, end = yaml_line_end(text, node.span.end)
    before, after = text[start : node.span.start].strip(" "), text[node.span.end : end].strip()
    return Edit(source.span(start, end), "", safe=True) if before == "-" and not after else None


def comment_out(parent: Node, node: Node, remark: str) -> Edit | None:
    """A key of a block mapping as a comment; None where that cannot be."""
    return _in_block(parent, node, remark)


def empty_mapping(parent: Node) -> Edit | None:
    """`{}` for a mapping that loses all of its keys, so that it does not become null."""
    if parent.key_span is None or is_flow(parent):
        return None
    source = parent.key_span.source
    colon = source.text.find(":", parent.key_span.end)
    return Edit(source.span(colon + 1, colon + 1), " {}", safe=True) if colon >= 0 else None


def is_flow(parent: Node) -> bool:
    return parent.span.source.text[parent.span.start : parent.span.start + 1] == "{"


def lines_of(parent: Node, node: Node) -> Span | None:
    """The whole lines of a key in a block mapping; None where they hold more than the key."""
    if node.key_span is None or is_flow(parent):
        return None
    source, text = node.key_span.source, node.key_span.source.text
    if node.span.source is not source:
        return None
    start = yaml_line_start(text, node.key_span.start)
    if text[start : node.key_span.start].strip(" "):
        return None  # the first key of a list's item stands behind a dash
    _, end = yaml_line_end(text, max(node.span.end, node.key_span.end))
    return source.span(start, end)


def _in_block(parent: Node, node: Node, remark: str) -> Edit | None:
    """The lines of a key: gone, or each a comment with a remark behind the first."""
    span = lines_of(parent, node)
    if span is None or node.key_span is None:
        return None
    if not remark:
        return Edit(span, "", safe=True)
    indent = node.key_span.start - span.start
    lines = yaml_lines(span.text)
    commented = [line[:indent] + "# " + line[indent:] if line.strip() else line for line in lines]
    ending = commented[0][len(commented[0].rstrip(YAML_LINE_ENDS)) :]
    commented[0] = f"{commented[0].rstrip()}  # {remark}{ending}"
    return Edit(span, "".join(commented), safe=True)


def _in_flow(parent: Node, node: Node) -> Edit | None:
    """A key between braces, with the comma behind or before it."""
    if node.key_span is None or not is_flow(parent):
        return None
    return _between_commas(parent, node.key_span.start, max(node.span.end, node.key_span.end))


def _between_commas(parent: Node, start: int, end: int) -> Edit:
    """Without what stands at a place between brackets, and the comma behind or before it."""
    source, text = parent.span.source, parent.span.source.text
    after = text[end : parent.span.end]
    blanks = len(after) - len(after.lstrip())
    if after.lstrip().startswith(","):
        end += blanks + 1
        end += len(text[end:]) - len(text[end:].lstrip(" "))
    else:
        before = text[parent.span.start : start].rstrip()
        start = parent.span.start + len(before) - before.endswith(",")
    return Edit(source.span(start, end), "", safe=True)
