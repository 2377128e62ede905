"""Where a place in a text is, by its indentation: a text that is being typed is seldom valid YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from roll_schema.source.text import yaml_line_start, yaml_lines

_KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s#'"{\[\]},&*!|>%@`:][^:#\s]*(?: [^:#\s]+)*) *:(?=\s|$)""")
_DASH = re.compile(r"-(?=\s|$)")
_BLOCK_TEXT = re.compile(r"[|>][+-]?\d?\s*(#.*)?$")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*['\"]?")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place: `path` are the keys around it, with the numbers of items of lists, of which the last may be one.

    `key` is the key whose value is typed, empty where a key is; `word` is what is typed of it, from the offset `start`
    on; `in_list` says that it is an item of a list, `in_flow` that it is between brackets. `variable` is what is typed
    within a `${`, and `comment` what is within a comment; else they are None.
    """

    path: tuple[str, ...]
    key: str
    word: str
    start: int
    in_list: bool = False
    in_flow: bool = False
    variable: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """A key or the number of a list's item on the way down, at its column."""

    column: int
    name: str
    is_item: bool = False


def cursor(text: str, offset: int) -> Cursor:
    """The place at an offset of a text."""
    begin = yaml_line_start(text, offset)
    line = text[begin:offset]
    steps: list[_Step] = []
    for _ in _keys(text[:begin], steps):
        pass
    column, key, value_at = _take(steps, line)
    path, in_list = _names(steps), bool(steps) and steps[-1].is_item
    inner = _open_variable(line)
    if inner is not None:
        word = re.split(r"[.:{]", inner)[-1]
        return Cursor(path, key, word, offset - len(word), in_list, variable=inner)
    if comment := re.search(r"(?:^|\s)#(.*)$", line):
        return Cursor(path, key, "", offset, in_list, comment=comment[1])
    rest = line[value_at:] if key else line[column:]
    in_flow = bool(key) and rest.lstrip()[:1] in ("{", "[")
    if in_flow and rest.lstrip()[0] == "{":
        path, key, rest = _in_braces((*path, key), rest)
    elif in_flow:
        before, _, rest = rest.replace("[", ",").rpartition(",")
        path, key, in_list = (*path, key, str(before.count(","))), "", True
    rest = rest.lstrip()
    # What stands before a value, and its first quote, stay.
    word = rest[_PROPERTIES.match(rest).end() :] if key or in_list else _last_word(rest)  # type: ignore[union-attr]
    return Cursor(path, key, word, offset - len(word), in_list, in_flow)


def keys_beside(text: str, here: Cursor) -> set[str]:
    """The keys with the same keys around them, the one that is typed left out."""
    return {key for path, key, start in _keys(text, []) if path == here.path and start != here.start}


def _keys(text: str, steps: list[_Step]) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """Every key with those around it and its offset; `steps` then lead to the line after the text."""
    text_below: int | None = None
    offset = 0
    for line in yaml_lines(text):
        start, offset = offset, offset + len(line)
        content = line.lstrip(" ")
        indent = len(line) - len(content)
        if not content.strip() or content.startswith("#") or (text_below is not None and indent > text_below):
            continue
        text_below = None
        column, key, value_at = _take(steps, line)
        if key:
            yield _names(steps), key, start + column
            steps.append(_Step(column, key))
            if _BLOCK_TEXT.match(line[value_at:].strip()):
                text_below = column


def _take(steps: list[_Step], line: str) -> tuple[int, str, int]:
    """Go down to what a line holds: the column of its key, the key if it is whole, and where its value begins."""
    column = len(line) - len(line.lstrip(" "))
    while dash := _DASH.match(line, column):
        _to_item(steps, column)
        column = dash.end() + len(line[dash.end() :]) - len(line[dash.end() :].lstrip(" "))
    _pop(steps, column)
    found = _KEY.match(line, column)
    return (column, found["key"].strip("\"'"), found.end()) if found else (column, "", column)


def _pop(steps: list[_Step], column: int) -> None:
    while steps and steps[-1].column >= column:
        steps.pop()


def _to_item(steps: list[_Step], column: int) -> None:
    """To the next item of the list whose items are at a column; its key may stand at the same one."""
    while steps and steps[-1].column > column:
        steps.pop()
    number = 0
    if steps and steps[-1].column == column and steps[-1].is_item:
        number = int(steps.pop().name) + 1
    steps.append(_Step(column, str(number), is_item=True))


def _names(steps: list[_Step]) -> tuple[str, ...]:
    return tuple(step.name for step in steps)


def _open_variable(line: str) -> str | None:
    """What follows the last `${` that is not closed."""
    start = line.rfind("${")
    return line[start + 2 :] if start >= 0 and "}" not in line[start:] else None


def _in_braces(path: tuple[str, ...], text: str) -> tuple[tuple[str, ...], str, str]:
    """The place at the end of a flow mapping that is still open: path, key, and what is typed."""
    levels: list[str] = []
    for part in re.split(r"([{},])", text):
        if part == "{":
            levels.append("")
        elif part == "}" and levels:
            levels.pop()
        elif part == "," and levels:
            levels[-1] = ""
        elif levels:
            levels[-1] += part
    keys = []
    for level in levels[:-1]:
        keys.append(level.partition(":")[0].strip())
    last = re.split(r"[{},]", text)[-1]
    key, colon, value = last.partition(":")
    return (*path, *keys), key.strip() if colon else "", (value if colon else last).lstrip()


def _last_word(text: str) -> str:
    return text[max(text.rfind(mark) for mark in " \t,[]{}") + 1 :]
