"""Trees merged as OmegaConf merges them: mappings key by key, anything else replaced."""

from __future__ import annotations

from dataclasses import replace

from roll_schema.composition import grammar
from roll_schema.composition.stop import Stop
from roll_schema.source import tree
from roll_schema.source.diagnostic import Fault, Note
from roll_schema.source.scalars import kind
from roll_schema.source.tree import Hop, Node

_MAX_CHAIN = 1000
"""References that may lead from one to the next."""


def merge(into: Node, new: Node, root: Node) -> None:
    """Merge a mapping into another, whose references count from `root`."""
    for key, child in new.value.items():
        old = into.value.get(key)
        if old is None:
            into.value[key] = copy(child)
            continue
        if isinstance(old.value, str) and "${" in old.value and (target := _collection(old, root)) is not None:
            old = replace(copy(target), key_span=old.key_span)
            into.value[key] = old
        if child.value == "???":
            continue
        if isinstance(old.value, dict) and isinstance(child.value, dict):
            merge(old, child, root)
            continue
        both_collections = isinstance(old.value, (dict, list)) and isinstance(child.value, (dict, list))
        if both_collections and type(old.value) is not type(child.value):
            known, other = kind(old.value), kind(child.value)
            message = f"cannot merge `{key}`: expected a {known} as in the other file, found {other}"
            help = f"write `{key}` as a {'list' if known == 'sequence' else known}"
            note = Note(f"the {known} in the other file", old.key_span or old.span)
            raise Stop(Fault("merge-conflict", message, child.key_span or child.span, help, notes=(note,)))
        into.value[key] = _replacing(child, old)


def copy(node: Node) -> Node:
    """A copy whose collections are its own, so that merging into it changes nothing else."""
    value = node.value
    if isinstance(value, dict):
        return replace(node, value={key: copy(child) for key, child in value.items()})
    if isinstance(value, list):
        return replace(node, value=[copy(child) for child in value])
    return replace(node)


def _replacing(child: Node, old: Node) -> Node:
    child = copy(child)
    if old.span.source is not child.span.source:
        child.hops = (*child.hops, Hop("replaced", old.span))
    return child


def _collection(node: Node, root: Node) -> Node | None:
    """The collection that a whole-value reference leads to right now, as OmegaConf follows it when merging."""
    for _ in range(_MAX_CHAIN):
        if not isinstance(node.value, str) or "${" not in node.value:
            return node if isinstance(node.value, (dict, list)) else None
        reference = grammar.whole_reference(node.value)
        if reference is None:
            return None
        target: Node | None = root
        for key in reference.keys:
            target = tree.child(target.value, key) if target is not None and isinstance(key, str) else None
        if target is None:
            return None
        node = target
    return None
