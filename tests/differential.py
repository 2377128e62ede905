"""A text as this project reads it, and as ROLL does: events and marks of PyYAML's SafeLoader, values of OmegaConf's.

`python -m tests.differential 100000` tries so many random texts and counts what differs, by kind.
"""

from __future__ import annotations

import io
import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf._utils import get_yaml_loader
from ruamel.yaml.error import YAMLError

from roll_schema.source import loader, tree
from roll_schema.source.text import decode
from tests.support import plain, same

LOADER = get_yaml_loader()

REFUSED_LATER = {
    "invalid-key": "OmegaConf makes no config of a mapping with the key null, or with a sequence as key",
    "unknown-tag": "OmegaConf makes no config of a date or a set, and a path is none that YAML has",
    "recursive-alias": "a value inside of itself has no end, and OmegaConf runs out of stack",
    "invalid-scalar": "OmegaConf makes no config of a date",
}
"""Rules that refuse what OmegaConf's loader reads, since OmegaConf refuses the value; why. This is checked."""

DIFFERENT = {
    "merge-order": "which mapping of a merge list wins depends on PyYAML's release; a fault says so",
    "nested-too-deep": "a bound of this project, not far below where PyYAML runs out of stack",
    "too-many-values": "a bound of this project on what aliases multiply to",
}
"""Rules after which nothing is compared; why."""

UNLIKE = {
    "the tag `!`": "libyaml and PyYAML differ on whether it is implied; the tree goes by the tag",
    "an empty value": "libyaml puts it behind the spaces that follow, PyYAML before; nothing is there to be shown",
    "the start of the stream": "it has no place",
    "an anchor behind a tag": "the pure parser begins the value there; neither belongs to the place that is shown",
    "the start of a document": "the pure parser leaves out a directive that nobody knows; a document is never shown",
}
"""In what the events of libyaml are not compared; why."""

TEXTS = {
    "!!!": "ruamel.yaml's pure parser drops one `!` of such a tag, which no loader knows with or without it",
}
"""Texts with one of these are not compared; why."""

PIECES = [
    *"\t :#-[]{},'\"|>&*!%@`?=<~\n\\$.eE_yn01",
    *("\r\n", "\r", "\x85", "\u2028", "\u2029", "\ufeff", "\U0001f600", "é", "\xa0", "\u3000"),
    *("\x00", "\x0b", "\x0c", "\x1c", "\x1e", "\x7f"),
    *("---", "---\n", "...\n", "<<: ", "*a", "*b", "&a ", "&b ", "- ", "? ", ": ", "a: ", "b: 1\n", "k: ", "\n  ", "\n    "),
    *(" #", "# c\n", "!!str ", "!!int ", "!!float ", "!!set ", "!x ", "! ", "!!map ", "!!seq ", "%YAML 1.1\n", "%TAG ! x\n"),
    *("1_000", "0x1F", "0o7", "017", "0b1", "1e5", "1.5", "1.", "-.5", ".inf", ".nan", "+8", "2024-01-01", "12:30:45", "1:30"),
    *("--1", "+-2", "0:30", "1:30.5", "1:1:1e2", "9007199254740993:01", "-.inf", "0x", "+", "_", "08", "-0b11", ".5_0"),
    *("yes", "on", "null", "true", "abc", "x y", "http://x", "a:b", '"q"', "'q'", '"a\\n"', '"\\u00e9"', '"\\x41"', "\\u"),
    *("a:}", "b:,", "k:]", "%FOO x\n", "%YAML 1.2\n", "%YAML 2.0\n", "%TAG !a! tag:x,\n", "--- ", "!a!b ", "!<x> ", "!!%73tr ", "!a,b "),
    *('"\\U00110000"', '"\\UFFFFFFFF"', '"\\ud800"', '"\\N\\_\\L\\P"', '"\\/"', "a" * 1030, " " * 1030),
    *("|\n  x\n", "|-\n", "|+\n", ">2\n", ">-\n  y\n", "[1, 2]", "{a: 1}", "[?]", "{?", "[a, ", "{b: ", ", ", "\\\n", "''"),
]  # fmt: skip
"""What random texts are made of: YAML's indicators, line ends of all kinds, numbers and dates in all spellings."""

COMMON = [
    "a: ",
    "b: ",
    "k: ",
    "- ",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "1",
    "abc",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ": ",
    " ",
    "'",
    '"',
]


def texts(seed: int, count: int) -> Iterator[str]:
    """Random texts, from those that are nearly YAML to those that are not."""
    chance = random.Random(seed)
    for _ in range(count):
        share = chance.random()
        length = chance.randint(1, chance.choice((3, 6, 10, 20, 40)))
        yield "".join(chance.choice(COMMON if chance.random() < share else PIECES) for _ in range(length))


def difference(data: bytes) -> str:
    """What differs for the bytes of a file; empty where nothing does."""
    source = decode(data, "x")
    root, faults = tree.parse(source)
    for fault in faults:
        assert 0 <= fault.span.start <= fault.span.end <= len(source.text)
        assert fault.span.first <= fault.span.last
    rules = {fault.rule for fault in faults}
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "" if rules == {"not-utf8"} else "bytes that are no UTF-8"
    if any(piece in text for piece in TEXTS):
        return ""
    if differs := _events_differ(text, source.text):
        return differs
    if rules & DIFFERENT.keys():
        return ""
    try:
        # A file is opened as text, so that all line ends of Windows and old Macs are `\n` before YAML sees them.
        value = yaml.load(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8").read(), Loader=LOADER)
    except Exception as error:  # whatever it raises ends ROLL
        return "" if faults else f"accepted: {getattr(error, 'problem', error)}"
    if faults:
        return "" if rules <= REFUSED_LATER.keys() and not _is_config(value) else f"refused: {', '.join(sorted(rules))}"
    return "" if same(plain(root), value) else "value"


def _events_differ(text: str, ours: str) -> str:
    """Whether the events of a text that ROLL reads differ, or their marks; `ours` is without a byte order mark."""
    try:
        expected = [_event(event, len(text) - len(ours)) for event in yaml.parse(text, Loader=yaml.SafeLoader)]
    except (yaml.YAMLError, ValueError, OverflowError):  # the latter two of chr, for an escape such as \\U00110000
        return ""
    for parser in loader.parsers(ours):
        try:
            found = [_event(event, 0) for event in parser(ours)]
        except YAMLError:
            continue
        differing = (a[0] for a, b in zip(expected, found, strict=False) if a != b)
        return next((f"event: {kind}" for kind in differing), "" if len(found) == len(expected) else "events")
    return "refused: events"


def _event(event: Any, shift: int) -> tuple[Any, ...]:
    """What of an event must agree, see `UNLIKE`."""
    properties = [getattr(event, name, None) for name in ("anchor", "tag", "value", "explicit", "implicit")]
    if properties[1] == "!":
        properties.pop()
    style = getattr(event, "style", None) or None
    has_place = type(event).__name__ != "StreamStartEvent" and (style or properties[2] != "")
    marks = (event.start_mark.index - shift, event.end_mark.index - shift) if has_place else ()
    if (properties[0] and properties[1]) or type(event).__name__ == "DocumentStartEvent":
        marks = marks[1:]
    return type(event).__name__, style, *properties, *marks


def _is_config(value: Any) -> bool:
    try:
        OmegaConf.create(value)
    except Exception:
        return False
    return True


def main() -> int:
    count, seed = ([int(word) for word in sys.argv[1:]] + [100_000, 0][len(sys.argv) - 1 :])[:2]
    found: Counter[str] = Counter()
    shortest: dict[str, str] = {}
    for text in texts(seed, count):
        try:
            kind = difference(text.encode())
        except Exception as error:
            kind = f"{type(error).__name__}: {error}"
        if kind:
            found[kind] += 1
            shortest[kind] = min(shortest.get(kind, text), text, key=len)
    for kind, number in found.most_common():
        print(f"{number:7} {kind}: {shortest[kind]!r}")
    print(f"{found.total()} of {count} texts differ")
    return int(found.total() > 0)


if __name__ == "__main__":
    sys.exit(main())
