"""Hydra's composition for ROLL's use: `defaults`, packages and command-line overrides make one tree.

Follows Hydra 1.3 with the version base that ROLL's start scripts leave at its default (1.1): a file's own keys win over
its fragments unless `_self_` says otherwise, and later fragments win over earlier ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from roll_schema.composition import defaults, fragments, hydra_block
from roll_schema.composition.apply import apply
from roll_schema.composition.expand import Expansion, Fragment
from roll_schema.composition.fragments import Search
from roll_schema.composition.merge import merge
from roll_schema.composition.overrides import Override
from roll_schema.composition.stop import Stop
from roll_schema.source.diagnostic import Fault
from roll_schema.source.text import Source, Span
from roll_schema.source.tree import Node


class Composition(NamedTuple):
    """The composed tree (without `hydra`), the fragments it is made of, and where each was asked for.

    `complete`: whether the tree is what Hydra would have made, so that what is missing from it is missing.
    `defaults`: the key of the primary config's list of fragments.
    """

    root: Node
    faults: list[Fault]
    includes: dict[Source, Span]
    fragments: list[Fragment]
    complete: bool
    defaults: Span | None


def compose(
    primary: Path,
    source: Source,
    root: Node,
    overrides: list[Override],
    search_paths: Iterable[Path] = (),
    allowed: Iterable[Path] = (),
) -> Composition:
    """Compose a parsed primary config; `allowed` are the folders that fragments may be read from."""
    search = Search([primary.parent, *search_paths], allowed)
    expansion = Expansion(search)
    own = root.value if isinstance(root.value, dict) else {}
    listed = own["defaults"].key_span if "defaults" in own else None
    whole = source.span(0, len(source.text))
    composed, faults = Node({}, whole), list[Fault]()
    try:
        file = fragments.parsed(primary, source, root)
        search.folders += hydra_block.search_path(file.root, overrides)
        values = expansion.take(overrides)
        faults += defaults.misplacing_header(source, file.header)
        for part in expansion.parts(file, defaults.primary_package(file.header)):
            content = part.content
            if part.file.path != primary:
                faults += hydra_block.misplaced_search_path(content)
            merge(composed, content, composed)
        for override in values if expansion.is_complete else ():
            faults += apply(composed, override)
        block = composed.value.pop("hydra", None)
        if block is not None:
            faults += hydra_block.check(block)
    except Stop as stop:
        found = [fault._replace(blocking=True) for fault in (*expansion.faults, *faults, *stop.faults)]
        rest = {key: child for key, child in own.items() if key not in ("defaults", "hydra")}
        left = Node(rest, root.span if isinstance(root.value, dict) else whole)
        return Composition(left, found, search.includes, expansion.fragments, False, listed)
    found = [*expansion.faults, *faults]
    return Composition(composed, found, search.includes, expansion.fragments, expansion.is_complete, listed)
