"""
A key that ROLL does not know.

ROLL builds its config without strictness: a misspelt key, or one that stands a level too high or too low, is dropped
without a word, and training goes on with the default.

    actor_train:
      training_args:
        learning_rat: 1.0e-5   # error: [unknown-key]

Write the key that ROLL reads:

    actor_train:
      training_args:
        learning_rate: 1.0e-5
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from roll_schema import releases
from roll_schema.diagnostic import Severity
from roll_schema.models.section import Section
from roll_schema.models.validation import SchemaError, facts_of, section_types
from roll_schema.overrides import OVERRIDE_FILE
from roll_schema.rule import Context, Problem, rule
from roll_schema.text import closest

KNOWN_MOVES = {
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
"""Names of other frameworks and of older releases, and ROLL's own for the same thing."""

NEVER_READ = {
    "dataset_dir": "Delete it, and write the folder into `file_name`.",
    "interleave_probs": "Delete it; the mix of domains is set by `domain_interleave_probs`.",
}


@rule(Severity.ERROR, fails="silently", claims=("extra_forbidden", "invalid_key"))
def unknown_key(error: SchemaError, context: Context) -> Iterator[Problem]:
    if error.key in facts_of(error.owner, error.release):
        return
    key_span = error.node.key_span or error.node.span
    elsewhere = key_span.source.name not in (context.primary_file, OVERRIDE_FILE)
    if error.path == error.key and (not looks_meant(error) or (elsewhere and not _close(error))):
        return
    where = f"in `{error.path.rpartition('.')[0]}`" if "." in error.path else "at the top level"
    message = f"ROLL {error.release.name} reads no key `{error.key}` {where}, and ignores it in silence"
    yield Problem(error.path, message, help=_advice(error, context), at_key=True)


def looks_meant(error: SchemaError) -> bool:
    """At the top level, whether a key that nothing refers to was meant as a field rather than as a variable."""
    return bool(_close(error) or _homes(error) or _other_releases(error) or error.key in KNOWN_MOVES)


def _advice(error: SchemaError, context: Context) -> str:
    key, fields = error.key, error.owner.model_fields
    if KNOWN_MOVES.get(key) in fields:
        return f"ROLL's name for it is `{KNOWN_MOVES[key]}`."
    if key in NEVER_READ:
        return NEVER_READ[key]
    if homes := _homes(error):
        return f"`{key}` belongs {' or '.join(homes[:3])}."
    if names := _other_releases(error):
        return f"ROLL {', '.join(names)} {'has' if len(names) == 1 else 'have'} this key; this release has not."
    if close := _close(error):
        return f"Did you mean `{close}`?"
    return "Delete it, or correct its name."


def _close(error: SchemaError) -> str | None:
    names = list(error.owner.model_fields)
    folded = error.key.lower().replace("-", "_")
    if folded in names:
        return folded
    return closest(folded, names, cutoff=0.8)


def _homes(error: SchemaError) -> list[str]:
    """Places of the config that have a field of this name: below the key's own section, above it, then anywhere."""
    parent = error.path.rpartition(".")[0]
    found = [path for path, model in _places(error) if error.key in model.model_fields and path != parent]
    near = [path for path in found if parent and (path.startswith(f"{parent}.") or parent.startswith(path or " "))]
    return [f"in `{path}`" if path else "at the top level" for path in (near or found)]


def _places(error: SchemaError) -> Iterator[tuple[str, type[Section]]]:
    """The sections that this config holds, with their models."""
    from roll_schema.models import of_pipeline

    pending: list[tuple[str, type[Section], Any]] = [("", of_pipeline("rlvr"), error.root)]
    while pending:
        path, model, node = pending.pop(0)
        yield path, model
        children = node.value if node is not None and isinstance(node.value, dict) else {}
        for name, (inner, is_mapping) in section_types(model).items():
            below = f"{path}.{name}" if path else name
            child = children.get(name)
            if child is None:
                continue
            if is_mapping:
                items = child.value if isinstance(child.value, dict) else {}
                pending.extend((f"{below}.{key}", inner, item) for key, item in items.items())
            else:
                pending.append((below, inner, child))


def _other_releases(error: SchemaError) -> list[str]:
    return [name for name in releases.NAMES if error.key in facts_of(error.owner, releases.load(name))]
