"""
A value that looks like a secret, under a name that does not say so.

Tokens of well-known services can be told by their shape. A config is committed, reviewed and copied into logs: whoever
can read it has the token from then on.

    system_envs: {HF_LOGIN: hf_QwErTyUiOpAsDfGhJkLzXcVbNm}   # warning: [secret-by-shape]

From the environment:

    system_envs: {HF_LOGIN: "${oc.env:HF_LOGIN,''}"}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.secrets import is_secret_path, is_secret_shape
from roll_schema.source.tree import walk

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, preview=True)
def secret_by_shape(config: BaseConfig, context: Context) -> Iterator[Problem]:
    for path, node in walk(context.root):
        if isinstance(node.value, str) and is_secret_shape(node.value) and not is_secret_path(path) and not node.hops:
            message = f"`{path.rpartition('.')[2]}` has a value that is shaped like a token"
            yield Problem(path, message, "Read it with `${oc.env:NAME}`, and revoke the one that stood here.")
