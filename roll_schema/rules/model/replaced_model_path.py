"""
A model path that `pretrain` replaces.

As soon as one of `actor_train`, `actor_infer` and `reference` has no `model_name_or_path`, ROLL writes `pretrain` into
all three: a reference model or a quantized rollout model chosen with care is never loaded.

    pretrain: Qwen/Qwen2.5-7B
    reference:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B-Instruct}   # warning: [replaced-model-path]

Spell all three out:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B}
    actor_infer:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B}
    reference:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B-Instruct}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Context, Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


_ROLES = ("actor_train", "actor_infer", "reference")


@rule(Severity.WARNING, fails="silently")
def replaced_model_path(config: PPOConfig, context: Context) -> Iterator[Problem]:
    paths = {role: getattr(config, role).model_args.model_name_or_path for role in _ROLES}
    without = [role for role, path in paths.items() if not path]
    if not without or not config.pretrain or context.distills:
        return
    for role, path in paths.items():
        if path and path != config.pretrain:
            yield Problem(
                f"{role}.model_args.model_name_or_path",
                f"`{path}` is never loaded: `{without[0]}` has no `model_name_or_path`, so that `pretrain` replaces "
                "those of all three roles",
                f"Write `model_name_or_path` on {' and '.join(f'`{other}`' for other in without)} too.",
                also={"pretrain": "what is loaded"},
            )
