"""Command-line overrides applied to a composed tree, as Hydra 1.3 applies them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from roll_schema.composition import hydra_block
from roll_schema.composition.merge import copy, merge
from roll_schema.composition.overrides import Override
from roll_schema.source import tree
from roll_schema.source.diagnostic import Fault
from roll_schema.source.text import Span, closest
from roll_schema.source.tree import Hop, Node


def apply(root: Node, override: Override) -> Iterator[Fault]:
    """Apply an override that sets a value; yields why it is refused."""
    keys = override.key.split(".")
    if keys[0] == "hydra":
        yield from hydra_block.check_key(keys[1] if len(keys) > 1 else "run", override.key_span)
    elif override.package is not None or "/" in override.key:
        yield _refused(f"no folder of fragments is called `{override.key}`", override.key_span)
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
        message = f"`{override.key}` is set already, and `+` only adds"
        help_text = f"Write `{override.span.text[1:]}` to change it, or `+{override.span.text}` for either."
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
        yield _refused(f"`{override.key}` does not exist, so it cannot be removed", override.key_span)
    elif override.value is not None and override.value.value != old.value:
        message = f"`{override.key}` is {old.value!r}, not {override.value.value!r}, so it is not removed"
        yield _refused(message, override.value.span)
    else:
        del mapping[key]


def _apply_to_list(items: list[Node], key: str, override: Override) -> Iterator[Fault]:
    if tree.child(items, key) is None:
        message = f"`{override.key}`: the list has {len(items)} items, `{key}` is none of them"
        yield _refused(message, override.key_span)
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
    if override.sign == "~":
        message, help_text = f"`{name}` does not exist, so it cannot be removed", ""
    else:
        message = f"`{name}` is not in the config, and an override without `+` only changes what is there"
        help_text = f"To add it, write `+{override.span.text}`."
    if close:
        help_text = f"Did you mean `{'.'.join([*keys[:-1], close])}`? {help_text}".strip()
    return _refused(message, override.key_span, help_text, name)


def _unreachable(found: Node, keys: list[str], override: Override) -> Fault:
    """The last key leads to a value that is no collection, such as one that refers to a variable."""
    name = ".".join(keys)
    shown, help_text = "a single value", ""
    if isinstance(found.value, str) and "${" in found.value:
        shown = f"`{found.value}`"
        rest = override.span.text[override.key_span.start + len(name) :]
        help_text = f"Override the variable itself: `{found.value.strip('${} ')}{rest}`."
    return _refused(f"`{name}` is {shown}, and an override cannot reach below it", override.key_span, help_text, name)


def _refused(message: str, span: Span, help_text: str = "", path: str | None = None) -> Fault:
    """An override that is refused was not applied, so that its value is not checked."""
    return Fault("invalid-override", message, span, help_text, path, blocking=True)
