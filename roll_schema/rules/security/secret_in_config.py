"""
Secret in the config.

Everybody who can read the config, its history or its logs can use the secret. ROLL sends the whole config to the
experiment tracker.

    track_with: wandb
    tracker_kwargs: {api_key: 0123456789abcdef0123456789abcdef01234567}   # warning: [secret-in-config]

Read it from the environment:

    track_with: wandb
    tracker_kwargs: {api_key: "${oc.env:WANDB_API_KEY,''}"}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/base_pipeline.py, config=self.pipeline_config.to_dict()
- ROLL 0.1.0-0.3.0: roll/utils/tracking.py, WandbTracker
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity
from roll_schema.source.path import last_key
from roll_schema.source.secrets import is_secret_path
from roll_schema.source.tree import walk

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


_SERVICES = ("wandb", "swanlab")
"""Trackers whose own clients read `<NAME>_API_KEY`."""


@rule(Severity.WARNING)
def secret_in_config(config: BaseConfig, context: Context) -> Iterator[Problem]:
    for path, node in walk(context.root):
        text = node.value
        if not isinstance(text, str) or len(text) < 8 or not is_secret_path(path) or node.hops:
            continue
        # A `${…}`, or a placeholder for people, is not a secret.
        if text != node.span.text.strip("\"'") or re.search(r"[\s<>{}$]|^(your|xxx|\*\*\*)", text, re.I):
            continue
        name = last_key(path)
        message = f"`{name}` is a secret in plain text"
        advice = f"revoke the secret, and set `{name}: ${{oc.env:{_variable(path, config)}}}`"
        yield Problem(path, message, advice)


def _variable(path: str, config: BaseConfig) -> str:
    """The environment variable that usually holds the secret."""
    name = last_key(path).upper()
    service = config.track_with
    return f"{service.upper()}_{name}" if path == "tracker_kwargs.api_key" and service in _SERVICES else name
