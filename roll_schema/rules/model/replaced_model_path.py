"""
A model path that `pretrain` replaces.

As soon as one of `actor_train`, `actor_infer` and `reference` (DPO: `actor_train` and `reference`) has no
`model_name_or_path`, ROLL writes `pretrain` into all of them: a reference model or a quantized rollout model chosen
with care is never loaded. SFT loads `pretrain` whatever `sft_train` says.

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

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import ACTORS
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def replaced_model_path(config: BaseConfig, context: Context) -> Iterator[Problem]:
    pretrain = getattr(config, "pretrain", None)
    if not pretrain or context.distills:
        return
    always = hasattr(config, "sft_train")
    roles = ("sft_train",) if always else tuple(role for role in ACTORS if role in type(config).model_fields)
    paths = dict(each(fields_of(config, *roles), _path))
    without = [f"`{role}`" for role, path in paths.items() if not path]
    if not without and not always:
        return
    why, advice = "SFT loads `pretrain`", "Write the model as `pretrain`."
    if not always:
        why = f"{without[0]} has no `model_name_or_path`, so that `pretrain` replaces those of {len(roles)} roles"
        advice = f"Write `model_name_or_path` on {' and '.join(without)} too."
    for role, path in paths.items():
        if path and path != pretrain:
            place = f"{role}.model_args.model_name_or_path"
            yield Problem(place, f"`{path}` is never loaded: {why}", advice, also={"pretrain": "what is loaded"})


def _path(role: str, worker: WorkerConfig) -> Iterator[tuple[str, str | None]]:
    yield role, worker.model_args.model_name_or_path
