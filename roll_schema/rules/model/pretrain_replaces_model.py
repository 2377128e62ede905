"""
A model path that is never looked at.

SFT loads `pretrain` whatever `sft_train` says. DPO writes `pretrain` into `actor_train` and `reference` as soon as one
of them has no path.

    pretrain: Qwen/Qwen2.5-7B
    sft_train:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B-Instruct}   # warning: [pretrain-replaces-model]

In its place:

    pretrain: Qwen/Qwen2.5-7B-Instruct
    sft_train:
      model_args: {attn_implementation: sdpa}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, fails="silently", pipelines=("sft", "dpo"))
def pretrain_replaces_model(config: BaseConfig) -> Iterator[Problem]:
    pretrain = getattr(config, "pretrain", None)
    roles = ["sft_train"] if hasattr(config, "sft_train") else ["actor_train", "reference"]
    paths = {role: getattr(config, role).model_args.model_name_or_path for role in roles}
    if not pretrain or (len(paths) > 1 and all(paths.values())):
        return
    for role, path in paths.items():
        if path and path != pretrain:
            message = f"`{path}` is never loaded: `pretrain` replaces it"
            place = f"{role}.model_args.model_name_or_path"
            yield Problem(place, message, "Write the model as `pretrain`.", also={"pretrain": "what is loaded"})
