"""Hydra's composition for ROLL's use: `defaults`, packages and command-line overrides make one tree.

Follows Hydra 1.3 with the version base that ROLL's start scripts leave at its default (1.1): a file's own keys win over
its fragments unless `_self_` says otherwise, and later fragments win over earlier ones.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from roll_schema.composition import grammar
from roll_schema.composition.grammar import Malformed
from roll_schema.composition.interpolate import place_in
from roll_schema.composition.overrides import Override
from roll_schema.source import files, tree
from roll_schema.source.diagnostic import Fault, Note
from roll_schema.source.path import Key, parse
from roll_schema.source.text import Source, Span, closest, read
from roll_schema.source.tree import Hop, Node

MAX_INCLUDES = 1000
"""Fragments that one config may pull in, each use counted."""

HYDRA_BLOCK: dict[str, frozenset[str] | None] = {
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


class Fragment(NamedTuple):
    """A file that an entry of `defaults` includes: its path as written and on disk, its keys, and where they land."""

    entry: Span
    written: str
    path: Path
    keys: frozenset[Key]
    package: str


@dataclass(slots=True, eq=False, repr=False)
class Composition:
    """The composed tree (without `hydra`), the fragments it is made of, and where each was asked for."""

    root: Node
    faults: list[Fault] = field(default_factory=list)
    includes: dict[Source, Span] = field(default_factory=dict)
    complete: bool = True
    """Whether the tree is what Hydra would have made, so that what is missing from it is missing."""
    defaults: Span | None = None
    """The key of the primary config's list of fragments."""
    fragments: list[Fragment] = field(default_factory=list)


class _Entry(NamedTuple):
    """An item of a `defaults` list; a config (`path`) or a group with its choice."""

    span: Span
    path: str = ""
    group: str = ""
    choice: str | list[str] | None = None
    package: str | None = None
    optional: bool = False
    override: bool = False

    @property
    def is_self(self) -> bool:
        return self.path == "_self_"


class _File(NamedTuple):
    path: Path
    source: Source
    root: Node
    header: str | None
    entries: list[_Entry]


class _Part(NamedTuple):
    """A loaded file's own content and the package it goes to."""

    file: _File
    package: str


class _Stop(Exception):
    """Composition cannot go on; the fault that says why is recorded."""


def compose(
    primary: Path,
    source: Source,
    root: Node,
    overrides: list[Override],
    search_paths: Iterable[Path] = (),
    allowed: Iterable[Path] = (),
) -> Composition:
    """Compose a parsed primary config; `allowed` are the folders that fragments may be read from."""
    composer = _Composer(primary, source, overrides, list(search_paths), [files.resolve(path) for path in allowed])
    return composer.run(root)


class _Composer:
    def __init__(
        self, primary: Path, source: Source, overrides: list[Override], search_paths: list[Path], allowed: list[Path]
    ) -> None:
        self.primary, self.source, self.overrides, self.allowed = primary, source, overrides, allowed
        self.search = [primary.parent, *search_paths]
        self.composition = Composition(Node({}, source.span(0, len(source.text))))
        self._files: dict[Path, _File | None] = {}
        self._choices: dict[str, tuple[str | list[str] | None, Span]] = {}
        self._known: dict[str, Any] = {}
        self._deleted: set[str] = set()
        self._active: list[Path] = []
        self._count = 0

    def run(self, root: Node) -> Composition:
        composition = self.composition
        try:
            if isinstance(root.value, dict) and "defaults" in root.value:
                composition.defaults = root.value["defaults"].key_span
            file = self._file(self.primary, self.source, root)
            self._read_search_path(root)
            extra, config_overrides = self._split_overrides()
            self._check_header(file)
            package = _absolute(file.header) if file.header and file.header != "_group_" else ""
            parts = self._expand(file, "", package, None, extra)
            merged = Node({}, composition.root.span)
            for part in parts:
                self._merge_part(merged, part)
            for override in config_overrides if composition.complete else ():
                self._apply(merged, override)
            self._set_hydra_aside(merged)
            composition.root = merged
        except _Stop:
            composition.complete = False
            composition.faults = [fault._replace(blocking=True) for fault in composition.faults]
            if isinstance(root.value, dict):
                composition.root = Node(
                    {key: child for key, child in root.value.items() if key not in ("defaults", "hydra")}, root.span
                )
        return composition

    def _fault(self, rule: str, message: str, span: Span, help_text: str = "", path: str | None = None) -> None:
        # An override that is refused was not applied, so that its value is not checked.
        blocking = rule == "invalid-override"
        self.composition.faults.append(Fault(rule, message, span, help_text, path, blocking=blocking))

    # Files

    def _file(self, path: Path, source: Source, root: Node) -> _File:
        if not isinstance(root.value, dict):
            what = "a list" if isinstance(root.value, list) else "a single value"
            self._fault("not-a-mapping", f"a config is a mapping of keys to values, this file holds {what}", root.span)
            raise _Stop
        try:
            header = _package_header(source)
        except Malformed as error:
            self._fault("invalid-package", str(error), source.span(error.start, error.end))
            raise _Stop from None
        return _File(path, source, root, header, self._entries(root))

    def _check_header(self, file: _File) -> None:
        if file.header not in (None, "_global_", "_group_", ""):
            match = re.search(r"@package", file.source.text)
            assert match is not None
            message = f"this header puts the whole config below `{file.header}`, where ROLL does not look"
            self._fault("invalid-package", message, file.source.span(*match.span()))

    def _load(self, entry: _Entry, config_path: str) -> _File | None:
        """The file of an entry; None when it is missing and may be."""
        if config_path.startswith("hydra/"):
            return None  # Hydra's own fragments fill the `hydra` block, which is set aside
        name = config_path if config_path.endswith((".yaml", ".yml")) else config_path + ".yaml"
        for folder in self.search:
            path = Path(_lexical(folder / name))
            if path in self._files:
                return self._files[path]
            if not files.is_file(path):
                continue
            if not self._may_read(path):
                message = f"`{config_path}` lies outside the project, so it is not read"
                help_text = "Move it into the project, or allow its folder with `--config-dir`."
                self._fault("include-outside-project", message, entry.span, help_text)
                raise _Stop
            self._files[path] = None
            loaded = self._parse(path, entry)
            self._files[path] = loaded
            return loaded
        if not entry.optional:
            self._missing(entry, config_path, name)
        return None

    def _missing(self, entry: _Entry, config_path: str, name: str) -> None:
        searched = _lexical(self.search[0] / name)
        help_text = ""
        folder = Path(searched).parent
        if files.is_dir(folder) and self._may_read(folder):
            options = [name.removesuffix(".yaml") for name in files.names(folder, ".yaml")]
            if close := closest(Path(name).stem, options):
                help_text = f"Did you mean `{config_path[: len(config_path) - len(Path(config_path).name)]}{close}`?"
            elif options:
                help_text = f"The folder holds {', '.join(options[:8])}{', …' if len(options) > 8 else ''}."
        # Hydra stops here; what the other fragments define is known all the same.
        message = f"there is no `{name}` for this entry"
        stem = Path(name).stem
        fault = Fault("missing-fragment", message, entry.span, help_text, variable=stem, blocking=True)
        self.composition.faults.append(fault)
        self.composition.complete = False

    def _may_read(self, path: Path) -> bool:
        resolved = files.resolve(path)
        return not self.allowed or any(resolved.is_relative_to(folder) for folder in self.allowed)

    def _parse(self, path: Path, entry: _Entry) -> _File:
        try:
            source = read(path)
        except OSError as error:
            self._fault("missing-fragment", f"`{path.name}` cannot be read: {error.strerror or error}", entry.span)
            raise _Stop from None
        self.composition.includes[source] = entry.span
        root, faults = tree.parse(source)
        self.composition.faults.extend(
            fault._replace(notes=(*fault.notes, Note("included here", entry.span))) for fault in faults
        )
        if root is None and faults:
            raise _Stop
        return self._file(path, source, root or Node({}, source.span(0, 0)))

    # Defaults lists

    def _entries(self, root: Node) -> list[_Entry]:
        node = root.value.pop("defaults", None)
        if node is None:
            return []
        if not isinstance(node.value, list):
            what = {dict: "a mapping", str: "text", type(None): "empty"}.get(type(node.value), "a single value")
            message = f"`defaults` must be a list of fragments, but it is {what}"
            self._fault(
                "invalid-defaults", message, node.span if node.span.text.strip() else node.key_span or node.span
            )
            raise _Stop
        entries = [self._entry(item) for item in node.value]
        selves = [entry for entry in entries if entry.is_self]
        if len(selves) > 1:
            self._fault("invalid-defaults", "`_self_` stands twice in this list", selves[1].span)
            raise _Stop
        return entries

    def _entry(self, item: Node) -> _Entry:
        if isinstance(item.value, str):
            path, package = _split_package(item.value)
            entry = _Entry(item.span, path=path, package=package)
            if entry.is_self and package is not None:
                self._fault("invalid-defaults", "`_self_` takes no package", item.span)
                raise _Stop
            return entry
        if not isinstance(item.value, dict):
            shown = "an empty item" if item.value is None else f"`{item.span.text}`"
            self._fault("invalid-defaults", f"an entry is a fragment's path or `group: choice`, not {shown}", item.span)
            raise _Stop
        return self._group_entry(item)

    def _group_entry(self, item: Node) -> _Entry:
        pairs = dict(item.value)
        legacy_optional = pairs.pop("optional", None) if len(pairs) > 1 else None
        if len(pairs) != 1:
            self._fault("invalid-defaults", f"an entry names one group, this one has {len(pairs)}", item.span)
            raise _Stop
        ((key, choice),) = pairs.items()
        value = choice.value
        if isinstance(value, list):
            value = [option.value for option in value]
        names = value if isinstance(value, list) else ["" if value is None else value]
        valid = all(isinstance(option, str) for option in names)
        if not isinstance(key, str) or not valid:
            self._fault("invalid-defaults", "a group's choice is a fragment's name or a list of names", choice.span)
            raise _Stop
        words = key.split(" ")
        group, package = _split_package(words[-1])
        optional = "optional" in words[:-1] or (legacy_optional is not None and legacy_optional.value is True)
        span = item.span._replace(start=(choice.key_span or item.span).start, end=choice.span.end)
        return _Entry(
            span, group=group, choice=value, package=package, optional=optional, override="override" in words[:-1]
        )

    def _expand(
        self, file: _File, base: str, package: str, span: Span | None, extra: list[_Entry] | None = None
    ) -> list[_Part]:
        """The parts of a file and of all that it includes, in the order in which they are merged."""
        self._count += 1
        if file.path in self._active or self._count > MAX_INCLUDES:
            chain = " → ".join(path.name for path in [*self._active[-5:], file.path])
            self._fault("include-cycle", f"these files include each other: {chain}", span or file.root.span)
            raise _Stop
        entries = [*file.entries]
        if any(not entry.override for entry in [*entries, *(extra or [])]) and not any(e.is_self for e in entries):
            entries.append(_Entry(file.root.span, path="_self_"))
        entries.extend(extra or [])
        self._take_overrides(entries, base)
        if not entries or all(entry.override for entry in entries):
            return [_Part(file, package)]
        self._active.append(file.path)
        parts: list[list[_Part]] = []
        for entry in reversed(entries):
            if entry.is_self:
                parts.append([_Part(file, package)])
            elif not entry.override:
                parts.append(self._include(entry, base, package))
        self._active.pop()
        return [part for group in reversed(parts) for part in group]

    def _take_overrides(self, entries: list[_Entry], base: str) -> None:
        """`override group: choice`: what an outer file says wins over an inner one."""
        for entry in entries:
            if entry.override:
                self._choices.setdefault(_join_path(base, entry.group), (entry.choice, entry.span))

    def _include(self, entry: _Entry, base: str, package: str) -> list[_Part]:
        if entry.path:
            return self._include_file(entry, entry.path, base, package, entry.path.rpartition("/")[0].lstrip("/"))
        key = _join_path(base, entry.group)
        if key in self._deleted:
            return []
        choice, span = self._choices.get(key, (entry.choice, entry.span))
        entry = entry._replace(span=span)
        if isinstance(choice, str) and "${" in choice:
            choice = self._choice_by_interpolation(choice, entry)
        if isinstance(choice, str):
            self._known.setdefault(key, choice)
        parts: list[_Part] = []
        for option in choice if isinstance(choice, list) else [choice]:
            if option == "???":
                self._fault("missing-fragment", f"the group `{key}` needs a choice", entry.span)
                raise _Stop
            if option is not None:
                path = f"{entry.group}/{option}"
                parts += self._include_file(entry, path, base, package, entry.group.lstrip("/"))
        return parts

    def _choice_by_interpolation(self, choice: str, entry: _Entry) -> str:
        try:
            parts = grammar.parse_text(choice)
        except Malformed:
            parts = []
        if len(parts) == 1 and isinstance(parts[0], grammar.Reference) and not parts[0].dots:
            keys = parts[0].keys
            known = {group: option for group, (option, _) in self._choices.items()} | self._known
            value = known.get("/".join(key for key in keys if isinstance(key, str)))
            if isinstance(value, str):
                return value
        self._fault("missing-fragment", f"the choice `{choice}` cannot be told from the other choices", entry.span)
        raise _Stop

    def _include_file(self, entry: _Entry, path: str, base: str, package: str, default_package: str) -> list[_Part]:
        config_path = path.lstrip("/") if path.startswith("/") else _join_path(base, path)
        file = self._load(entry, config_path)
        if file is None:
            return []
        group = config_path.rpartition("/")[0]
        own = entry.package
        if own is not None:
            own = "" if own == "_here_" else own
            if "_group_" in own:
                own = f"_global_.{own.replace('_group_', group.replace('/', '.'))}"
        elif file.header is not None and file.header != "_group_":
            own = _absolute(file.header.replace("_group_", group.replace("/", ".")), keyword=True)
        else:
            own = default_package.replace("/", ".")
        own = own.replace("_name_", config_path.rpartition("/")[2])
        final = ".".join(filter(None, (package, own)))
        found = final.rfind("_global_")
        if found >= 0:
            final = final[found + len("_global_") + 1 :]
        if ".." in final or final.startswith("."):
            message = f"without `@_here_` the keys of `{path}` land under `{final}`, where nothing reads them"
            self._fault("misplaced-fragment", message, entry.span, f"Write `{path}@_here_`.")
        keys = frozenset(file.root.value)
        self.composition.fragments.append(Fragment(entry.span, path, file.path, keys, final))
        return self._expand(file, group, final, entry.span)

    # Merging

    def _merge_part(self, root: Node, part: _Part) -> None:
        content = part.file.root
        if part.package:
            for key in reversed(parse(part.package)):
                content = Node({key: content}, content.span)
        search_path = tree.lookup(content, ("hydra", "searchpath"))
        if part.file.path != self.primary and search_path is not None:
            self._fault("invalid-hydra-block", "only the primary config may set this", search_path.span)
        self._merge(root, content, root)

    def _merge(self, into: Node, new: Node, root: Node) -> None:
        for key, child in new.value.items():
            old = into.value.get(key)
            if old is None:
                into.value[key] = _copy(child)
                continue
            if isinstance(old.value, str) and "${" in old.value and isinstance(target := self._follow(old, root), Node):
                old = replace(_copy(target), key_span=old.key_span)
                into.value[key] = old
            if child.value == "???":
                continue
            if isinstance(old.value, dict) and isinstance(child.value, dict):
                self._merge(old, child, root)
            elif isinstance(old.value, (dict, list)) and isinstance(child.value, (dict, list)):
                if type(old.value) is not type(child.value):
                    message = f"`{key}` is a mapping in one file and a list in another; they cannot be merged"
                    self._fault("merge-conflict", message, child.key_span or child.span)
                    raise _Stop
                into.value[key] = self._replacing(child, old)
            else:
                into.value[key] = self._replacing(child, old)

    def _replacing(self, child: Node, old: Node) -> Node:
        child = _copy(child)
        if old.span.source is not child.span.source:
            child.hops = (*child.hops, Hop("replaced", old.span))
        return child

    def _follow(self, node: Node, root: Node) -> Node | None:
        """The collection that a whole-value reference leads to right now, as OmegaConf follows it when merging."""
        for _ in range(MAX_INCLUDES):
            if not isinstance(node.value, str) or "${" not in node.value:
                return node if isinstance(node.value, (dict, list)) else None
            try:
                parts = grammar.parse_text(node.value)
            except Malformed:
                return None
            if len(parts) != 1 or not isinstance(parts[0], grammar.Reference) or parts[0].dots:
                return None
            here: Node | None = root
            for key in parts[0].keys:
                here = tree.child(here.value, key) if here is not None and isinstance(key, str) else None
            if here is None:
                return None
            node = here
        return None

    # Overrides

    def _split_overrides(self) -> tuple[list[_Entry], list[Override]]:
        """Overrides that choose fragments, as entries; and the rest, which set values."""
        entries, values = [], []
        for override in self.overrides:
            value = override.value.value if override.value is not None else None
            is_group = (
                "." not in override.key and override.key and any(files.is_dir(f / override.key) for f in self.search)
            )
            if not is_group:
                values.append(override)
                continue
            choice = [item.value for item in value] if isinstance(value, list) else value
            if override.sign == "~":
                self._deleted.add(override.key)
            elif override.sign == "+":
                entry = _Entry(override.span, group=override.key, choice=choice, package=override.package)
                entries.append(entry)
            else:
                self._choices[override.key] = (choice, override.span)
        return entries, values

    def _apply(self, root: Node, override: Override) -> None:
        keys = override.key.split(".")
        if keys[0] == "hydra":
            self._check_hydra_key(
                keys[1] if len(keys) > 1 else "run", Node(None, override.key_span), HYDRA_BLOCK, "hydra"
            )
            return
        if override.package is not None or "/" in override.key:
            message = f"no folder of fragments is called `{override.key}`"
            self._fault("invalid-override", message, override.key_span)
            return
        parent = self._parent(root, keys, override)
        if parent is None:
            return
        last, holder = keys[-1], parent.value
        if isinstance(holder, list):
            self._apply_to_list(parent, last, override)
            return
        old: Node | None = holder.get(last)
        if override.sign == "~":
            self._delete(holder, last, override)
            return
        assert override.value is not None
        new = _copy(override.value)
        if override.sign == "" and old is None:
            self._absent(parent, keys, override)
            return
        mergeable = isinstance(new.value, (dict, list))
        if override.sign == "+" and old is not None and old.value is not None and not mergeable:
            message = f"`{override.key}` is set already, and `+` only adds"
            help_text = f"Write `{override.span.text[1:]}` to change it, or `+{override.span.text}` for either."
            self._fault("invalid-override", message, override.key_span, help_text, override.key)
            return
        if old is not None and isinstance(old.value, dict) and isinstance(new.value, dict):
            old = replace(_copy(old), key_span=old.key_span)
            holder[last] = old
            self._merge(old, new, root)
            return
        if old is not None:
            new.hops = (Hop("overridden", old.span),)
        holder[last] = new

    def _parent(self, root: Node, keys: list[str], override: Override) -> Node | None:
        """The collection that holds the last key; missing ones are made where the sign allows."""
        here = root
        for index, key in enumerate(keys[:-1]):
            found: Node | None = tree.child(here.value, key)
            if found is None or not isinstance(found.value, (dict, list)):
                if override.sign in ("", "~") or not isinstance(here.value, dict):
                    self._absent(here, keys[: index + 1], override, found)
                    return None
                found = Node({}, override.span, override.key_span)
                here.value[key] = found
            here = found
        return here

    def _absent(self, parent: Node, keys: list[str], override: Override, found: Node | None = None) -> None:
        if found is not None:
            self._unreachable(found, ".".join(keys), override)
            return
        known = [str(key) for key in parent.value] if isinstance(parent.value, dict) else []
        close = closest(keys[-1], known)
        name = ".".join(keys)
        if override.sign == "~":
            message, help_text = f"`{name}` does not exist, so it cannot be removed", ""
        else:
            message = f"`{name}` is not in the config, and an override without `+` only changes what is there"
            help_text = f"To add it, write `+{override.span.text}`."
        if close:
            help_text = f"Did you mean `{'.'.join([*keys[:-1], close])}`? {help_text}".strip()
        self._fault("invalid-override", message, override.key_span, help_text, name)

    def _unreachable(self, found: Node, name: str, override: Override) -> None:
        """An override below a value that is no collection, such as one that refers to a variable."""
        shown, help_text = "a single value", ""
        if isinstance(found.value, str) and "${" in found.value:
            shown = f"`{found.value}`"
            rest = override.span.text[override.key_span.start + len(name) :]
            help_text = f"Override the variable itself: `{found.value.strip('${} ')}{rest}`."
        message = f"`{name}` is {shown}, and an override cannot reach below it"
        self._fault("invalid-override", message, override.key_span, help_text, name)

    def _delete(self, holder: dict[Any, Node], last: str, override: Override) -> None:
        old = holder.get(last)
        if old is None or old.value is None:
            self._fault(
                "invalid-override", f"`{override.key}` does not exist, so it cannot be removed", override.key_span
            )
        elif override.value is not None and override.value.value != old.value:
            message = f"`{override.key}` is {old.value!r}, not {override.value.value!r}, so it is not removed"
            self._fault("invalid-override", message, override.value.span)
        else:
            del holder[last]

    def _apply_to_list(self, parent: Node, last: str, override: Override) -> None:
        items: list[Node] = parent.value
        if tree.child(items, last) is None:
            message = f"`{override.key}`: the list has {len(items)} items, `{last}` is none of them"
            self._fault("invalid-override", message, override.key_span)
        elif override.sign == "~":
            del items[int(last)]
        else:
            assert override.value is not None
            old = items[int(last)]
            items[int(last)] = replace(override.value, hops=(Hop("overridden", old.span),))

    # The hydra block

    def _read_search_path(self, root: Node) -> None:
        node = tree.lookup(root, ("hydra", "searchpath"))
        for override in self.overrides:
            if override.key == "hydra.searchpath":
                node = override.value
        if node is None or node.value is None:
            return
        if not isinstance(node.value, list) or not all(isinstance(item.value, str) for item in node.value):
            self._fault("invalid-hydra-block", "`hydra.searchpath` must be a list of paths", node.span)
            raise _Stop
        for item in node.value:
            path: str = item.value
            if path.startswith("pkg://"):
                continue
            folder = Path(path.removeprefix("file://"))
            self.search.append(folder if folder.is_absolute() else Path.cwd() / folder)

    def _set_hydra_aside(self, root: Node) -> None:
        block = root.value.pop("hydra", None)
        if block is None:
            return
        if not isinstance(block.value, dict):
            span = block.span if block.span.text else block.key_span or block.span
            self._fault("invalid-hydra-block", "`hydra` must be a mapping: it is Hydra's own block", span)
            return
        for key, child in block.value.items():
            self._check_hydra_key(key, child, HYDRA_BLOCK, "hydra")
            inner = HYDRA_BLOCK.get(key) if isinstance(key, str) else None
            if inner is not None and isinstance(child.value, dict):
                for inner_key, inner_child in child.value.items():
                    self._check_hydra_key(inner_key, inner_child, inner, f"hydra.{key}")
        for _, node in tree.walk(block, "hydra"):
            if isinstance(node.value, str) and "${" in node.value:
                try:
                    grammar.parse_text(node.value)
                except Malformed as error:
                    span = place_in(node, error.start, error.end)
                    self._fault("malformed-interpolation", str(error), span)

    def _check_hydra_key(self, key: Any, child: Node, known: Iterable[str], where: str) -> None:
        if key in known:
            return
        close = closest(str(key), known)
        help_text = f"Did you mean `{close}`?" if close else f"Hydra knows {', '.join(sorted(known))}."
        span = child.key_span or child.span
        self._fault("invalid-hydra-block", f"Hydra refuses the key `{key}` in `{where}`", span, help_text)


def _copy(node: Node) -> Node:
    """A copy whose collections are its own, so that merging into it changes nothing else."""
    value = node.value
    if isinstance(value, dict):
        return replace(node, value={key: _copy(child) for key, child in value.items()})
    if isinstance(value, list):
        return replace(node, value=[_copy(child) for child in value])
    return replace(node)


def _split_package(text: str) -> tuple[str, str | None]:
    path, separator, package = text.partition("@")
    return path, package.partition(":")[0] if separator else None


def _join_path(base: str, path: str) -> str:
    if path.startswith("/"):
        return path[1:]
    return f"{base}/{path}" if base else path


def _lexical(path: Path) -> str:
    """The path without `..`, so that one file has one name; symbolic links stay as they are."""
    return os.path.normpath(path)


def _absolute(header: str, *, keyword: bool = False) -> str:
    """A header's package counts from the root; with `keyword` it says so by `_global_`."""
    package = header.removeprefix("_global_").lstrip(".")
    return (f"_global_.{package}" if package else "_global_") if keyword else package


def _package_header(source: Source) -> str | None:
    """The package of a `# @package` header; raises Malformed for one that Hydra refuses."""
    package = None
    for offset, line in _header_lines(source.text[:512]):
        words = line.lstrip("#").split()
        if len(words) != 2:
            raise Malformed("a header has one key and one value: `# @package name`", offset, offset + len(line))
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
