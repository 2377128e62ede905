"""
Possible access token.

Tokens of well-known services have a known shape. Everybody who can read the config, its history or its logs can use the
token. ROLL sends the whole config to the experiment tracker.

    system_envs: {HF_LOGIN: hf_QwErTyUiOpAsDfGhJkLzXcVbNm}   # warning: [secret-by-shape]

Read it from the environment:

    system_envs: {HF_LOGIN: "${oc.env:HF_LOGIN,''}"}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/base_pipeline.py, config=self.pipeline_config.to_dict()
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity
from roll_schema.source.path import last_key
from roll_schema.source.secrets import is_secret_path, is_secret_shape
from roll_schema.source.tree import walk

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, preview=True)
def secret_by_shape(config: BaseConfig, context: Context) -> Iterator[Problem]:
    for path, node in walk(context.root):
        if isinstance(node.value, str) and is_secret_shape(node.value) and not is_secret_path(path) and not node.hops:
            name = last_key(path)
            message = f"`{name}` looks like an access token in plain text"
            yield Problem(path, message, f"revoke the token, and set `{name}: ${{oc.env:{name.upper()}}}`")
