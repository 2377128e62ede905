"""The grammar of `${…}` and of command-line override values, as OmegaConf 2.3 and Hydra 1.3 define them.

One recursive descent parser over one string; every part keeps its offsets, so that a fault can be shown at its place.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias


class Malformed(ValueError):
    """The text does not follow the grammar; `start` and `end` are offsets in it, `help` says what to write instead."""

    def __init__(self, message: str, start: int, end: int, help: str = "") -> None:
        super().__init__(message)
        self.start, self.end, self.help = start, end, help


class Reference(NamedTuple):
    """`${a.b[0]}`; `dots` is the number of leading dots (0: absolute), keys are literal or interpolated."""

    start: int
    end: int
    dots: int
    keys: list[str | Interpolation]

    @property
    def path(self) -> tuple[str, ...] | None:
        """The keys, where they are all literal."""
        literal = tuple(key for key in self.keys if isinstance(key, str))
        return literal if len(literal) == len(self.keys) else None


class Call(NamedTuple):
    """`${name:argument,...}`: a resolver and its arguments."""

    start: int
    end: int
    name: list[str | Interpolation]
    arguments: list[Element]


Interpolation: TypeAlias = Reference | Call


class Literal(NamedTuple):
    """A scalar whose type the grammar decides, with its place."""

    value: str | int | float | bool | None
    start: int
    end: int


class Joined(NamedTuple):
    """Text and interpolations that make one value: a single interpolation keeps its type, more become a string."""

    parts: list[str | Interpolation]
    start: int
    end: int
    quoted: bool = False


class Sequence(NamedTuple):
    items: list[Element]
    start: int
    end: int


class Mapping(NamedTuple):
    items: list[tuple[Literal, Element]]
    start: int
    end: int


class Function(NamedTuple):
    """`int(3)`, `choice(a,b)`: only in overrides."""

    name: str
    arguments: list[Element]
    start: int
    end: int


Element: TypeAlias = Literal | Joined | Sequence | Mapping | Function

MAX_NESTING = 50

REFERENCE = "write the path of a key: `${name}`"
"""The help for a malformed `${…}` that brings none."""

_SPACE = re.compile(r"[ \t]*")
_IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_\-]*")
_REFERENCE_KEY = re.compile(r"""[^\\{}()\[\]:. \t'"]+""")
_COLON = re.compile(r"[ \t]*:[ \t]*")
_CLOSED_INTERPOLATION = re.compile(r"\$\{[^}]+\}")
_FUNCTION = re.compile(r"([a-zA-Z_][a-zA-Z0-9_\-]*)[ \t]*\([ \t]*")
_ARGUMENT_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_\-]*[ \t]*=[ \t]*")
_INT = r"(?:0|[1-9](?:_?[0-9])*)"
_POINT = rf"(?:(?:{_INT})?\.[0-9](?:_?[0-9])*|{_INT}\.)"
_PATTERNS = [
    ("float", re.compile(rf"[+-]?(?:{_INT}|{_POINT})[eE][+-]?[0-9](?:_?[0-9])*")),
    ("float", re.compile(rf"[+-]?{_POINT}")),
    ("float", re.compile(r"[+-]?(?:[iI][nN][fF]|[nN][aA][nN])")),
    ("int", re.compile(rf"[+-]?{_INT}")),
    ("bool", re.compile(r"[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]")),
    ("null", re.compile(r"[nN][uU][lL][lL]")),
    ("char", re.compile(r"[/\-\\+.$%*@?|]")),
    ("id", _IDENTIFIER),
    ("escape", re.compile(r"(?:\\[\\()\[\]{}:=, \t])+")),
    ("space", re.compile(r"[ \t]+")),
]


def parse_text(text: str) -> list[str | Interpolation]:
    """A config string to its parts, escapes undone; raises Malformed."""
    return _Parser(text).text(None)


def whole_reference(text: str) -> Reference | None:
    """The `${a.b}` from the root that a text consists of; None for any other text."""
    try:
        parts = parse_text(text)
    except Malformed:
        return None
    if len(parts) == 1 and isinstance(parts[0], Reference) and not parts[0].dots:
        return parts[0]
    return None


def parse_element(text: str) -> Element:
    """One value, as `oc.decode` reads it; raises Malformed."""
    parser = _Parser(text)
    element = parser.element()
    parser.expect_end()
    return element


def parse_override_value(text: str, start: int) -> list[Element]:
    """The value behind an override's `=`; more than one element means a sweep; raises Malformed."""
    parser = _Parser(text, start, in_override=True)
    parser.skip_space()
    elements = [parser.element()]
    while parser.take(","):
        elements.append(parser.element())
    parser.expect_end()
    return elements


class _Parser:
    def __init__(self, text: str, position: int = 0, *, in_override: bool = False) -> None:
        self._text, self._at, self._in_override = text, position, in_override
        self._depth = 0

    def text(self, quote: str | None) -> list[str | Interpolation]:
        """Free text up to the end, or up to the closing `quote`."""
        text, parts, begin = self._text, list[str | Interpolation](), self._at
        buffer: list[str] = []
        while True:
            if self._at >= len(text):
                if quote is not None:
                    raise _unclosed(quote, begin - 1, len(text))
                break
            char = text[self._at]
            if char == "\\":
                run = len(text[self._at :]) - len(text[self._at :].lstrip("\\"))
                after = self._at + run
                before_interpolation = text.startswith("${", after)
                if before_interpolation or (quote is not None and text.startswith(quote, after)):
                    buffer.append("\\" * (run // 2))
                    self._at = after
                    if run % 2:
                        taken = "${" if before_interpolation else quote or ""
                        buffer.append(taken)
                        self._at += len(taken)
                else:
                    buffer.append("\\" * run)
                    self._at = after
            elif text.startswith("${", self._at):
                if buffer:
                    parts.append("".join(buffer))
                    buffer = []
                parts.append(self.interpolation())
            elif char == quote:
                self._at += 1
                break
            else:
                buffer.append(char)
                self._at += 1
        if buffer:
            parts.append("".join(buffer))
        return parts

    def interpolation(self) -> Interpolation:
        start = self._at
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise Malformed(f"nested deeper than {MAX_NESTING} levels", start, len(self._text), "flatten the value")
        self._at += 2
        self.skip_space()
        try:
            return self._call(start) or self._reference(start)
        except Malformed as error:
            if error.end < 0:
                raise Malformed(str(error), start, self._closing_brace(start), error.help) from None
            raise
        finally:
            self._depth -= 1

    def _call(self, start: int) -> Call | None:
        """A resolver call, or None (and nothing read) when no `:` follows a name."""
        name: list[str | Interpolation] = []
        while True:
            if self._text.startswith("${", self._at):
                name.append(self.interpolation())
            elif match := _IDENTIFIER.match(self._text, self._at):
                name.append(match.group())
                self._at = match.end()
            else:
                break
            if not self._text.startswith(".", self._at):
                break
            self._at += 1
        if not name or not self.take(":"):
            self._at = start + 2
            self.skip_space()
            return None
        arguments: list[Element] = []
        if not self.take("}"):
            arguments.append(self._argument())
            while self.take(","):
                arguments.append(self._argument())
            if not self.take("}"):
                raise self._unexpected("`,` or `}`")
        return Call(start, self._at, name, arguments)

    def _argument(self) -> Element:
        """An argument; OmegaConf takes a missing one as an empty string."""
        rest = _SPACE.match(self._text, self._at)
        assert rest is not None
        if self._text[rest.end() : rest.end() + 1] in (",", "}"):
            return Literal("", self._at, self._at)
        return self.element()

    def _reference(self, start: int) -> Reference:
        dots = 0
        while self._text.startswith(".", self._at):
            dots += 1
            self._at += 1
        keys = [self._bracketed() if self._text.startswith("[", self._at) else self._key()]
        while True:
            if self._text.startswith(".", self._at):
                self._at += 1
                keys.append(self._key())
            elif self._text.startswith("[", self._at):
                keys.append(self._bracketed())
            elif self.take("}"):
                return Reference(start, self._at, dots, keys)
            else:
                raise self._unexpected("`.`, `[` or `}`")

    def _bracketed(self) -> str | Interpolation:
        self._at += 1
        key = self._key()
        if not self._text.startswith("]", self._at):
            raise self._unexpected("`]`")
        self._at += 1
        return key

    def _key(self) -> str | Interpolation:
        if self._text.startswith("${", self._at):
            return self.interpolation()
        match = _REFERENCE_KEY.match(self._text, self._at)
        if match is None:
            raise self._unexpected("a key")
        self._at = match.end()
        return match.group()

    def element(self) -> Element:
        start = self._at
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise Malformed(f"nested deeper than {MAX_NESTING} levels", start, len(self._text), "flatten the value")
        try:
            char = self._text[self._at : self._at + 1]
            if char in ("'", '"'):
                self._at += 1
                return self._quoted(char, start)
            if char == "[":
                return self._sequence(start)
            if char == "{":
                return self._mapping(start)
            if self._in_override and (function := self._function(start)):
                return function
            return self._primitive(allow_colon=True, what="a value")
        finally:
            self._depth -= 1

    def _quoted(self, quote: str, start: int) -> Element:
        if not self._in_override:
            return Joined(self.text(quote), start, self._at, quoted=True)
        # An override keeps `${…}` as text: it is resolved with the rest of the config.
        match = re.compile(rf"((?:[^{quote}\\]|\\.)*){quote}", re.S).match(self._text, self._at)
        if match is None:
            raise _unclosed(quote, start, len(self._text))
        self._at = match.end()
        inner = re.sub(rf"(\\+)(?={quote}|$)", lambda m: m[1][len(m[1]) % 2 :: 2], match[1])
        return Literal(inner, start, self._at)

    def _sequence(self, start: int) -> Sequence:
        self._at += 1
        self.skip_space()
        items: list[Element] = []
        if not self.take("]"):
            items.append(self.element())
            while self.take(","):
                items.append(self.element())
            if not self.take("]"):
                raise self._unexpected("`,` or `]`")
        return Sequence(items, start, self._at)

    def _mapping(self, start: int) -> Mapping:
        self._at += 1
        self.skip_space()
        items: list[tuple[Literal, Element]] = []
        if not self.take("}"):
            while True:
                key = self._primitive(allow_colon=False, what="a key")
                if not isinstance(key, Literal):
                    raise self._unexpected("a key without `${…}`")
                if not self.take(":"):
                    raise self._unexpected("`:`")
                items.append((key, self.element()))
                if not self.take(","):
                    break
            if not self.take("}"):
                raise self._unexpected("`,` or `}`")
        return Mapping(items, start, self._at)

    def _function(self, start: int) -> Function | None:
        match = _FUNCTION.match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        arguments: list[Element] = []
        if not self.take(")"):
            while True:
                if named := _ARGUMENT_NAME.match(self._text, self._at):
                    self._at = named.end()
                arguments.append(self.element())
                if not self.take(","):
                    break
            if not self.take(")"):
                raise self._unexpected("`,` or `)`")
        return Function(match[1], arguments, start, self._at)

    def _primitive(self, *, allow_colon: bool, what: str) -> Element:
        start = self._at
        tokens: list[tuple[str, str | Interpolation]] = []
        while True:
            if allow_colon and self._text.startswith("${", self._at):
                tokens.append(self._inner_interpolation())
                continue
            if allow_colon and (colon := _COLON.match(self._text, self._at)):
                tokens.append(("char", colon.group()))
                self._at = colon.end()
                continue
            best: tuple[str, re.Match[str]] | None = None
            for kind, pattern in _PATTERNS:
                match = pattern.match(self._text, self._at)
                if match is not None and (best is None or match.end() > best[1].end()):
                    best = (kind, match)
            if best is not None and best[0] == "space" and self._closes(best[1].end()):
                # Hydra strips what stands at the end of an unquoted value, and only there.
                self._at = best[1].end() if best[1].end() == len(self._text) else self._at
                best = None
            if best is None:
                break
            tokens.append((best[0], best[1].group()))
            self._at = best[1].end()
        if not tokens:
            raise self._unexpected(what)
        return _value_of(tokens, start, self._at)

    def _inner_interpolation(self) -> tuple[str, str | Interpolation]:
        if not self._in_override:
            return ("interpolation", self.interpolation())
        match = _CLOSED_INTERPOLATION.match(self._text, self._at)
        if match is None:
            raise self._unexpected("a closed `${…}`")
        self._at = match.end()
        return ("id", match.group())

    def _closes(self, at: int) -> bool:
        return self._text[at : at + 1] in ("", ",", "]", "}", ")", ":")

    def take(self, char: str) -> bool:
        """Read `char` with the blanks around it that the grammar lets stand there."""
        spaces = _SPACE.match(self._text, self._at)
        assert spaces is not None
        if not self._text.startswith(char, spaces.end()):
            return False
        self._at = spaces.end() + 1
        if char in (",", ":"):
            self.skip_space()
        return True

    def skip_space(self) -> None:
        match = _SPACE.match(self._text, self._at)
        assert match is not None
        self._at = match.end()

    def expect_end(self) -> None:
        if self._at < len(self._text):
            raise self._unexpected("end of expression")

    def _unexpected(self, wanted: str) -> Malformed:
        end = self._at if self._in_override else -1
        if self._at < len(self._text):
            return Malformed(f"expected {wanted}, found `{self._text[self._at]}`", self._at, end)
        help = f"write the closing {wanted[-3:]}" if wanted.endswith(("`}`", "`]`", "`)`")) else ""
        return Malformed(f"expected {wanted}, found end of expression", self._at, end, help)

    def _closing_brace(self, start: int) -> int:
        """The end of a faulty `${…}`: its matching brace, else the end of the text."""
        depth = 0
        for index in range(start, len(self._text)):
            char = self._text[index]
            depth += (char == "{") - (char == "}")
            if char == "}" and depth == 0:
                return index + 1
        return len(self._text)


def _unclosed(quote: str, start: int, end: int) -> Malformed:
    return Malformed(f"unclosed quote `{quote}`", start, end, f"write the closing `{quote}`")


def _value_of(tokens: list[tuple[str, str | Interpolation]], start: int, end: int) -> Element:
    """One token has its type; several are a string of their texts."""
    if len(tokens) == 1 and isinstance(text := tokens[0][1], str):
        return Literal(_typed(tokens[0][0], text), start, end)
    parts: list[str | Interpolation] = []
    for kind, part in tokens:
        piece = part[1::2] if kind == "escape" and isinstance(part, str) else part
        if isinstance(piece, str) and parts and isinstance(parts[-1], str):
            parts[-1] += piece
        else:
            parts.append(piece)
    if len(parts) == 1 and isinstance(parts[0], str):
        return Literal(parts[0], start, end)
    return Joined(parts, start, end)


def _typed(kind: str, text: str) -> str | int | float | bool | None:
    match kind:
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "bool":
            return text.lower() == "true"
        case "null":
            return None
        case "escape":
            return text[1::2]
    return text
