"""What an unknown key may have been meant as."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from operator import eq
from typing import TYPE_CHECKING

from roll_schema.composition.overrides import OVERRIDE_FILE
from roll_schema.facts import releases
from roll_schema.models.validation import SchemaError, children, facts_of
from roll_schema.source.change import Change, Move, Rename
from roll_schema.source.path import Path, dotted
from roll_schema.source.text import closest
from roll_schema.source.tree import lookup

if TYPE_CHECKING:
    from roll_schema.models.roles import Roles
    from roll_schema.models.section import Section

OTHER_NAMES = {
    "flash_attn": "attn_implementation",
    "positive_loss_coef": "postive_loss_coef",
    "r": "lora_rank",
    "lora_r": "lora_rank",
    "target_modules": "lora_target",
    "lora_targets": "lora_target",
    "lora_target_modules": "lora_target",
    "lr": "learning_rate",
    "max_tokens": "max_new_tokens",
    "micro_batch_size": "per_device_train_batch_size",
    "gradient_checkpointing": "disable_gradient_checkpointing",
    "torch_dtype": "dtype",
    "model_path": "model_name_or_path",
    "num_gpus": "device_mapping",
}
"""Usual spellings and names of other frameworks, with ROLL's name for the same thing."""

_OTHERWISE_MEANT = ("gradient_checkpointing", "num_gpus", "micro_batch_size")
"""Those of them whose values mean something else under ROLL's name."""

NEVER_READ = {
    "dataset_dir": "remove `dataset_dir`, and add the folder to `file_name`",
    "interleave_probs": "remove `interleave_probs`, and set `domain_interleave_probs`",
}
"""Keys of shipped configs that no release reads, with advice."""


def ignored(error: SchemaError) -> str:
    """The message on an unknown key."""
    section = error.place[:-1]
    where = f"in `{dotted(section)}`" if section else "at the top level"
    return f"unknown key `{error.key}` {where}; ROLL {error.release.name} ignores it"


def in_fragment(error: SchemaError, primary_file: str) -> bool:
    """Whether the key is in a fragment, where it may be a variable for other files."""
    span = error.node.key_span or error.node.span
    return span.source.name not in (primary_file, OVERRIDE_FILE)


def looks_meant(error: SchemaError, roles: Roles) -> bool:
    """At the top level, whether a key without references was meant as a field rather than as a variable."""
    return bool(near(error, roles) or homes(error) or releases_with(error) or error.key in OTHER_NAMES)


def remedy(error: SchemaError, roles: Roles) -> tuple[str, Change | None, bool]:
    """Advice on an unknown key, the change that it proposes, and whether that is certainly meant."""
    other = OTHER_NAMES.get(error.key)
    if other is not None and other in facts_of(error.owner, error.release):
        certain = error.key not in _OTHERWISE_MEANT
        advice = f"rename `{error.key}` to `{other}`" if certain else f"use `{other}`, whose value differs"
        return advice, Rename(other), certain
    if error.key in NEVER_READ:
        return NEVER_READ[error.key], None, True
    if places := _homes(error):
        names = [f"`{dotted(path)}`" if path else "the top level" for path in places[:3]]
        return f"move `{error.key}` to {' or '.join(names)}", _move(error, places), True
    if close := near(error, roles):
        return f"did you mean `{close}`?", Rename(close), True
    return f"remove `{error.key}`, or correct its name", None, True


def _move(error: SchemaError, places: list[Path]) -> Change | None:
    """Into the only place, or the only one in the section above; None where that leaves a choice."""
    if len(places) > 1:
        above = _just_above(error)
        places = [place for place in places if above and place[: len(above)] == above]
    return Move(dotted(places[0])) if len(places) == 1 else None


def near(error: SchemaError, roles: Roles) -> str | None:
    """The field of the same section whose name resembles the key, but for sections that are discarded."""
    return _near(error.key, error.owner, error.release.name, frozenset(roles.discarded))


def homes(error: SchemaError) -> list[str]:
    """Places of the config that have a field of this name: below the key's own section, above it, then anywhere."""
    return [f"in `{dotted(path)}`" if path else "at the top level" for path in _homes(error)]


def _homes(error: SchemaError) -> list[Path]:
    """The paths of those places."""
    parent = error.place[:-1]
    found = [path for path, model in _places(error) if path != parent and error.key in facts_of(model, error.release)]
    inside = [path for path in found if path and parent and all(map(eq, path, parent))]
    return inside or found


def releases_with(error: SchemaError) -> list[str]:
    """Releases whose section of this class has the key."""
    return [name for name in releases.NAMES if error.key in facts_of(error.owner, releases.load(name))]


def _just_above(error: SchemaError) -> Path:
    """The section that ends right above the key, which a line that lost its indentation belongs to."""
    parent = error.place[:-1]
    holder = lookup(error.root, parent)
    own = error.node.key_span
    siblings = holder.value.items() if holder is not None and isinstance(holder.value, dict) else ()
    before = [
        (node.key_span.start, str(key))
        for key, node in siblings
        if own is not None and node.key_span is not None and node.key_span.source is own.source
        if node.key_span.start < own.start
    ]
    return (*parent, max(before)[1]) if before else ()


@lru_cache(maxsize=4096)
def _near(key: str, owner: type[Section], release: str, discarded: frozenset[str]) -> str | None:
    names = [name for name in facts_of(owner, releases.load(release)) if name not in discarded]
    folded = key.lower().replace("-", "_")
    return folded if folded in names else closest(folded, names, cutoff=0.8)


def _places(error: SchemaError) -> Iterator[tuple[Path, type[Section]]]:
    """The sections that this config holds, with their models."""
    pending: list[tuple[Path, type[Section], object]] = [((), error.model, error.root)]
    while pending:
        path, model, node = pending.pop(0)
        yield path, model
        value = getattr(node, "value", None)
        for below, inner, child in children(model, value):
            pending.append(((*path, *below), inner, child))
