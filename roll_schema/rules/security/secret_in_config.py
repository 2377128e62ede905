"""
A secret that stands in the config.

A config is committed, reviewed and copied into logs: whoever can read it has the key from then on. ROLL reads the
variables of the environment that each service knows.

    track_with: wandb
    tracker_kwargs: {api_key: 0123456789abcdef0123456789abcdef01234567}   # warning: [secret-in-config]

From the environment:

    track_with: wandb
    tracker_kwargs: {api_key: "${oc.env:WANDB_API_KEY,''}"}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.secrets import is_secret_path
from roll_schema.source.tree import walk

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


_SERVICES = ("wandb", "swanlab")
"""Trackers whose own clients read `<NAME>_API_KEY`."""


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def secret_in_config(config: BaseConfig, context: Context) -> Iterator[Problem]:
    for path, node in walk(context.root):
        text = node.value
        if not isinstance(text, str) or len(text) < 8 or not is_secret_path(path) or node.hops:
            continue
        # What a `${…}` or a sentence for people fills in is no secret.
        if text != node.span.text.strip("\"'") or re.search(r"[\s<>{}$]|^(your|xxx|\*\*\*)", text, re.I):
            continue
        name = path.rpartition(".")[2]
        message = f"`{name}` holds a secret in plain text"
        advice = f"Write `${{oc.env:{_variable(path, config)}}}`, and revoke the one that stood here."
        yield Problem(path, message, advice)


def _variable(path: str, config: BaseConfig) -> str:
    """The variable that a key is usually taken from."""
    name = path.rpartition(".")[2].upper()
    service = config.track_with
    return f"{service.upper()}_{name}" if path == "tracker_kwargs.api_key" and service in _SERVICES else name
