"""Undefined variables to their cause: the entry of `defaults` that should have defined them, or is missing.

Hydra names one use of a key that a fragment was to give. What is wrong is the fragment: it is not there, its keys land
elsewhere, or it calls the key something else. Each cause is told once, with the first of the uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from roll_schema.composition.compose import Composition
from roll_schema.composition.expand import Fragment
from roll_schema.composition.interpolate import typo_of
from roll_schema.source import files, tree
from roll_schema.source.diagnostic import Fault, Note
from roll_schema.source.path import Key, parse
from roll_schema.source.text import Span, read

SHOWN = 3
"""Uses of an undefined variable that are shown."""

MAX_FILES = 200
"""Files of a folder that are looked through for one that defines a variable."""


class _Cause(NamedTuple):
    """Where several variables should have been defined, why they are not, and what to write."""

    span: Span
    why: str
    help: str = ""


def traced(composition: Composition, faults: list[Fault], used: set[str]) -> list[Fault]:
    """All faults of a config's fragments and `${…}`; `used` are the keys of the top level that these ask for."""
    uses: dict[str, list[Fault]] = {}
    others = []
    for fault in faults:
        if fault.rule == "undefined-interpolation" and fault.variable:
            uses.setdefault(fault.variable, []).append(fault)
        elif fault.rule != "undefined-interpolation" or composition.complete:
            others.append(fault)
    if not composition.complete:
        return [*_missing(composition, uses), *others]
    causes: dict[_Cause, list[str]] = {}
    unused = {fragment: fragment.keys - used for fragment in composition.fragments} if uses else {}
    own = composition.defaults.source if composition.defaults is not None else None
    beside = _beside(fragment for fragment in unused if fragment.entry.source is own)
    for name, asking in uses.items():
        cause = _cause(name, asking, composition, unused, beside)
        if cause is None:
            others.append(_at_first_use(asking))
        else:
            causes.setdefault(cause, []).append(name)
    others += [_at_entry(cause, names, uses) for cause, names in causes.items()]
    # An entry whose keys are missed is wrong for sure, not only perhaps.
    told = {("misplaced-fragment", cause.span) for cause in causes}
    return [fault for fault in composition.faults if (fault.rule, fault.span) not in told] + others


def _missing(composition: Composition, uses: dict[str, list[Fault]]) -> Iterator[Fault]:
    """The faults of an incomplete composition: without all fragments a variable may only seem undefined."""
    missing = {fault.variable: fault for fault in composition.faults if fault.variable}
    follow: dict[str, list[str]] = {name: [] for name in missing}
    for name in uses:
        if name in missing:
            follow[name].append(name)
        elif missing and _typo(name, uses[name], composition):
            first = _at_first_use(uses[name])
            yield first._replace(edits=tuple(edit._replace(safe=False) for edit in first.edits))
        elif missing:
            follow[next(iter(missing))].append(name)
    for fault in composition.faults:
        names = follow.get(fault.variable, []) if fault.variable else []
        if names:
            message = f"{fault.message}: {_undefined(names, uses)} without it"
            fault = fault._replace(message=message, notes=(*fault.notes, *_notes(names, uses)))
        yield fault


def _cause(
    name: str,
    asking: list[Fault],
    composition: Composition,
    unused: dict[Fragment, frozenset[Key]],
    beside: dict[str, frozenset[Key]],
) -> _Cause | None:
    """Why a variable is undefined, where that does not show at its uses.

    `unused` are the fragments with the keys that nothing asks for, `beside` the keys of files in their folders.
    """
    for fragment in unused:
        if name in fragment.keys:
            return _elsewhere(fragment) if fragment.package else None
    defining = [written for written, keys in beside.items() if name in keys]
    for fragment, keys in unused.items():
        meant = typo_of(name, keys)
        # One use may itself be the typo, unless it has a name that other fragments give.
        if fragment.path.stem == name or (meant and (len(asking) > 1 or defining)):
            help_text = f"rename `{meant}` to `{name}`" if meant else f"define `{name}`"
            why = f"`{fragment.written}` does not define it"
            return _Cause(fragment.entry, why, f"{help_text} in `{fragment.written}`")
    if composition.defaults is None or not unused:
        return None
    if defining:
        own_first = sorted(defining, key=lambda written: written.rpartition("/")[2] != name)
        shown = " or ".join(f"`- {written}@_here_`" for written in own_first[:SHOWN])
        return _Cause(
            composition.defaults, "`defaults` includes no fragment that defines it", f"add {shown} to `defaults`"
        )
    is_own = any(use.span.source is composition.defaults.source for use in asking)
    if is_own and len(asking) > 1 and not _typo(name, asking, composition):
        return _Cause(composition.defaults, "no fragment defines it", f"define `{name}` at the top level of the config")
    return None


def _elsewhere(fragment: Fragment) -> _Cause:
    why = f"the keys of `{fragment.written}` are placed under `{fragment.package}`"
    help_text = f"write `{fragment.written}@_here_`"
    if fragment.written not in fragment.entry.text:  # a group with its choice
        help_text = "give the entry the package `_here_`"
    if "" not in fragment.package.split("."):
        help_text += f", or refer to the keys under `{fragment.package}`"
    return _Cause(fragment.entry, why, help_text)


def _beside(fragments: Iterable[Fragment]) -> dict[str, frozenset[Key]]:
    """The files in the folders of fragments, written as an entry would have them, with their keys.

    Beside the config itself may be others of its kind, which are no fragments.
    """
    folders = {fragment.path.parent: fragment.written.rpartition("/")[0] for fragment in fragments}
    return {
        f"{written}/{path.stem}": keys
        for folder, written in folders.items()
        if written
        for path in [folder / name for name in files.names(folder, ".yaml")[:MAX_FILES]]
        if (keys := _keys(path))
    }


def _keys(path: Path) -> frozenset[Key]:
    """The keys of a file; none of one that cannot be read, or lies elsewhere."""
    try:
        if files.resolve(path).parent != files.resolve(path.parent):
            return frozenset()
        root, _ = tree.parse(read(path))
    except OSError:
        return frozenset()
    return frozenset(root.value) if root is not None and isinstance(root.value, dict) else frozenset()


def _typo(name: str, asking: list[Fault], composition: Composition) -> str | None:
    """The key of the config that was meant where a variable is asked for."""
    return typo_of(name, composition.root.value, parse(asking[0].path or ""))


def _at_entry(cause: _Cause, names: list[str], uses: dict[str, list[Fault]]) -> Fault:
    message = f"{_undefined(names, uses)}: {cause.why}"
    notes = tuple(_notes(names, uses))
    return Fault("undefined-interpolation", message, cause.span, cause.help, notes=notes, variable=names[0])


def _at_first_use(asking: list[Fault]) -> Fault:
    """One fault for all uses of a variable, which are edited together."""
    first, *more = asking
    notes = tuple(Note("also used here", use.span) for use in more[:SHOWN])
    edits = tuple(edit for use in asking for edit in use.edits if edit.span.source is first.span.source)
    message = f"{first.message} ({len(asking)} uses)" if more else first.message
    return first._replace(message=message, notes=(*first.notes, *notes), edits=edits)


def _undefined(names: list[str], uses: dict[str, list[Fault]]) -> str:
    places = sum(len(uses[name]) for name in names)
    what = f"`${{{names[0]}}}` is" if len(names) == 1 else f"{len(names)} variables are"
    return f"{what} undefined" + (f" ({places} uses)" if places > 1 else "")


def _notes(names: list[str], uses: dict[str, list[Fault]]) -> list[Note]:
    """The first uses."""
    return [Note(f"`${{{name}}}` is used here", use.span) for name in names for use in uses[name]][:SHOWN]
