"""What a file says about composition: the entries of its `defaults`, and the package that its keys land in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from roll_schema.composition.stop import Stop
from roll_schema.source.diagnostic import Fault
from roll_schema.source.scalars import kind
from roll_schema.source.text import Source, Span
from roll_schema.source.tree import Node

Choice = str | list[str] | None
"""What a group is set to: a fragment, several, or none."""

_HEADER_LIMIT = 512
"""Characters at the start of a file in which Hydra looks for a header."""

_ENTRIES = "write a list of `- path/of/fragment` or `- group: choice`"
_HEADER = "write `# @package _global_`"


class Entry(NamedTuple):
    """An item of a `defaults` list; a config (`path`) or a group with its choice."""

    span: Span
    path: str = ""
    group: str = ""
    choice: Choice = None
    package: str | None = None
    optional: bool = False
    override: bool = False

    @property
    def is_self(self) -> bool:
        return self.path == "_self_"


def entries(node: Node | None) -> list[Entry]:
    """The items of a `defaults` list; none where a file has no such list."""
    if node is None:
        return []
    if not isinstance(node.value, list):
        message = f"`defaults` must be a sequence of fragments, found {kind(node.value)}"
        help = _ENTRIES
        if isinstance(node.value, str):
            help = f"write `defaults: [{node.value}]`"
        elif node.value is None:
            help = "remove the key `defaults`"
        raise _invalid(message, node.span if node.span.text.strip() else node.key_span or node.span, help)
    found = [_entry(item) for item in node.value]
    selves = [entry for entry in found if entry.is_self]
    if len(selves) > 1:
        raise _invalid("`_self_` is listed twice in `defaults`", selves[1].span, "remove one `_self_`")
    return found


def _entry(item: Node) -> Entry:
    if isinstance(item.value, str):
        path, package = _split_package(item.value)
        entry = Entry(item.span, path=path, package=package)
        if entry.is_self and package is not None:
            raise _invalid(f"invalid package `{package}`: `_self_` takes none", item.span, "write `_self_`")
        return entry
    if not isinstance(item.value, dict):
        message = f"expected a fragment or `group: choice` in `defaults`, found {kind(item.value)}"
        raise _invalid(message, item.span, _ENTRIES)
    return _group_entry(item)


def _group_entry(item: Node) -> Entry:
    pairs = dict(item.value)
    legacy_optional = pairs.pop("optional", None) if len(pairs) > 1 else None
    if len(pairs) != 1:
        message = f"expected one group in an entry of `defaults`, found {len(pairs)}"
        raise _invalid(message, item.span, "write an entry for each group")
    ((key, choice),) = pairs.items()
    value = choice.value
    if isinstance(value, list):
        value = [option.value for option in value]
    names = value if isinstance(value, list) else ["" if value is None else value]
    valid = all(isinstance(option, str) for option in names)
    if not isinstance(key, str) or not valid:
        message = f"`{key}` in `defaults` must be a string or a sequence of strings"
        raise _invalid(message, choice.span, "write the name of a fragment")
    *keywords, name = key.split(" ")
    group, package = _split_package(name)
    optional = "optional" in keywords or (legacy_optional is not None and legacy_optional.value is True)
    span = item.span._replace(start=(choice.key_span or item.span).start, end=choice.span.end)
    return Entry(span, group=group, choice=value, package=package, optional=optional, override="override" in keywords)


def _invalid(message: str, span: Span, help: str) -> Stop:
    return Stop(Fault("invalid-defaults", message, span, help))


def _split_package(text: str) -> tuple[str, str | None]:
    path, separator, package = text.partition("@")
    return path, package.partition(":")[0] if separator else None


def join(base: str, path: str) -> str:
    """The path of a config or group from the search folders, as an entry of a file in `base` writes it."""
    if path.startswith("/"):
        return path[1:]
    return f"{base}/{path}" if base else path


def header(source: Source) -> str | None:
    """The package of a `# @package` header."""
    package = None
    for offset, line in _header_lines(source.text[:_HEADER_LIMIT]):
        words = line.lstrip("#").split()
        if len(words) != 2:
            message = f"invalid header `{line}`: expected a key and one value"
            raise Stop(Fault("invalid-package", message, source.span(offset, offset + len(line)), _HEADER))
        if words[0] == "@package":
            package = words[1]
    return package


def _header_lines(text: str) -> Iterator[tuple[int, str]]:
    offset = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped and not re.match(r"#\s*@", stripped):
            return
        if stripped:
            yield offset, stripped
        offset += len(line)


def misplacing_header(source: Source, header: str | None) -> Iterator[Fault]:
    """A header that moves the keys of the primary config to where ROLL does not look."""
    if header not in (None, "_global_", "_group_", ""):
        match = re.search(r"@package", source.text)
        assert match is not None
        message = f"the config is ignored: its header places all keys under `{header}`"
        yield Fault("invalid-package", message, source.span(*match.span()), _HEADER)


def primary_package(header: str | None) -> str:
    """The package that the keys of the primary config land in."""
    return _below_root(header) if header and header != "_group_" else ""


def package(entry: Entry, config_path: str, header: str | None, outer: str) -> str:
    """The package that the keys of an included file land in; `outer` is that of the file that includes it."""
    group, _, name = config_path.rpartition("/")
    group = group.replace("/", ".")
    own = entry.package
    if own is not None:
        own = "" if own == "_here_" else own
        if "_group_" in own:
            own = f"_global_.{own.replace('_group_', group)}"
    elif header is not None and header != "_group_":
        below = _below_root(header.replace("_group_", group))
        own = f"_global_.{below}" if below else "_global_"
    else:
        own = (entry.group or entry.path.rpartition("/")[0]).lstrip("/").replace("/", ".")
    final = ".".join(filter(None, (outer, own.replace("_name_", name))))
    absolute = final.rfind("_global_")
    return final[absolute + len("_global_") + 1 :] if absolute >= 0 else final


def _below_root(header: str) -> str:
    """A header's package counts from the root."""
    return header.removeprefix("_global_").lstrip(".")
