"""Command-line overrides applied to a composed tree, as Hydra 1.3 applies them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from roll_schema.composition import hydra_block
from roll_schema.composition.merge import copy, merge
from roll_schema.composition.overrides import Override
from roll_schema.source import tree
from roll_schema.source.diagnostic import Fault
from roll_schema.source.scalars import kind, shown
from roll_schema.source.text import Span, closest
from roll_schema.source.tree import Hop, Node


def apply(root: Node, override: Override) -> Iterator[Fault]:
    """Apply an override that sets a value; yields why it is refused."""
    keys = override.key.split(".")
    if keys[0] == "hydra":
        yield from hydra_block.check_key(keys[1] if len(keys) > 1 else "run", override.key_span)
    elif override.package is not None or "/" in override.key:
        message = f"unknown group `{override.key}`: no such folder of fragments"
        yield _refused(message, override.key_span, f"remove the override `{override.span.text}`")
    else:
        holder = _holder(root, keys, override)
        if isinstance(holder, Fault):
            yield holder
        elif isinstance(holder.value, list):
            yield from _apply_to_list(holder.value, keys[-1], override)
        elif override.sign == "~":
            yield from _delete(holder.value, keys[-1], override)
        else:
            yield from _set(root, holder, keys, override)


def _holder(root: Node, keys: list[str], override: Override) -> Node | Fault:
    """The collection that holds the last key; missing ones are made where the sign allows."""
    holder = root
    for index, key in enumerate(keys[:-1]):
        found: Node | None = tree.child(holder.value, key)
        if found is None or not isinstance(found.value, (dict, list)):
            if override.sign in ("", "~") or not isinstance(holder.value, dict):
                known = keys[: index + 1]
                return _absent(holder, known, override) if found is None else _unreachable(found, known, override)
            found = Node({}, override.span, override.key_span)
            holder.value[key] = found
        holder = found
    return holder


def _set(root: Node, holder: Node, keys: list[str], override: Override) -> Iterator[Fault]:
    assert override.value is not None
    old: Node | None = holder.value.get(keys[-1])
    new = copy(override.value)
    is_collection = isinstance(new.value, (dict, list))
    if old is None:
        if override.sign == "":
            yield _absent(holder, keys, override)
            return
    elif override.sign == "+" and old.value is not None and not is_collection:
        message = f"`{override.key}` is already set, but `+` only adds keys"
        help_text = f"write `{override.span.text[1:]}`"
        yield _refused(message, override.key_span, help_text, override.key)
        return
    elif isinstance(old.value, dict) and isinstance(new.value, dict):
        merged = replace(copy(old), key_span=old.key_span)
        holder.value[keys[-1]] = merged
        merge(merged, new, root)
        return
    else:
        new.hops = (Hop("overridden", old.span),)
    holder.value[keys[-1]] = new


def _delete(mapping: dict[str, Node], key: str, override: Override) -> Iterator[Fault]:
    old = mapping.get(key)
    if old is None or old.value is None:
        yield _unknown_to_remove(override, override.key)
    elif override.value is not None and override.value.value != old.value:
        expected, found = shown(tree.plain(override.value)), shown(tree.plain(old))
        message = f"cannot remove `{override.key}`: expected `{expected}`, found `{found}`"
        yield _refused(message, override.value.span, f"write `~{override.key}`")
    else:
        del mapping[key]


def _apply_to_list(items: list[Node], key: str, override: Override) -> Iterator[Fault]:
    if tree.child(items, key) is None:
        message = f"no index `{key}` in `{override.key.removesuffix(f'.{key}')}` (length {len(items)})"
        help_text = f"write an index up to {len(items) - 1}" if items else "override the list itself"
        yield _refused(message, override.key_span, help_text)
    elif override.sign == "~":
        del items[int(key)]
    else:
        assert override.value is not None
        items[int(key)] = replace(override.value, hops=(Hop("overridden", items[int(key)].span),))


def _absent(holder: Node, keys: list[str], override: Override) -> Fault:
    """The last key is not in a collection."""
    known = [str(key) for key in holder.value] if isinstance(holder.value, dict) else []
    close = closest(keys[-1], known)
    name = ".".join(keys)
    meant = f"did you mean `{'.'.join([*keys[:-1], close])}`?" if close else ""
    if override.sign == "~":
        return _unknown_to_remove(override, name, meant)
    message = f"unknown key `{name}`: an override without `+` only changes existing keys"
    added = f"write `+{override.span.text}` to add it"
    return _refused(message, override.key_span, f"{meant} otherwise {added}" if meant else added, name)


def _unknown_to_remove(override: Override, name: str, meant: str = "") -> Fault:
    message = f"unknown key `{name}`: there is nothing to remove"
    return _refused(message, override.key_span, meant or f"remove the override `{override.span.text}`", name)


def _unreachable(found: Node, keys: list[str], override: Override) -> Fault:
    """The last key leads to a value that is no collection, such as one that refers to a variable."""
    name = ".".join(keys)
    value, help_text = kind(found.value), f"override `{name}` itself"
    if isinstance(found.value, str) and "${" in found.value:
        value = f"`{found.value}`"
        rest = override.span.text[override.key_span.start + len(name) :]
        help_text = f"override the variable: `{found.value.strip('${} ')}{rest}`"
    message = f"an override cannot set a key in `{name}`: expected a mapping, found {value}"
    return _refused(message, override.key_span, help_text, name)


def _refused(message: str, span: Span, help_text: str, path: str | None = None) -> Fault:
    """An override that is refused was not applied, so that its value is not checked."""
    return Fault("invalid-override", message, span, help_text, path, blocking=True)
