"""
Model path replaced by `pretrain`.

If one of `actor_train`, `actor_infer` and `reference` has no `model_name_or_path`, ROLL sets all three to `pretrain`.
In DPO, this holds for `actor_train` and `reference`. ROLL 0.1.0 and 0.1.1 do the same if `actor_infer` has a path. A
separate reference model or a quantized rollout model is then never loaded. SFT always loads `pretrain`.

    pretrain: Qwen/Qwen2.5-7B
    reference:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B-Instruct}   # warning: [replaced-model-path]

Set all three paths:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B}
    actor_infer:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B}
    reference:
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B-Instruct}

References:

- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, PPOConfig.__post_init__
- ROLL 0.1.0-0.1.1: roll/pipeline/rlvr/rlvr_config.py, or self.actor_infer.model_args.model_name_or_path
- ROLL 0.1.1-0.3.0: roll/pipeline/sft/sft_config.py, SFTConfig.__post_init__
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


@rule(Severity.WARNING, effect=Effect.IGNORED)
def replaced_model_path(config: BaseConfig, context: Context) -> Iterator[Problem]:
    pretrain = getattr(config, "pretrain", None)
    if not pretrain or context.distills:
        return
    fine_tunes = hasattr(config, "sft_train")
    roles = ("sft_train",) if fine_tunes else tuple(role for role in ACTORS if role in type(config).model_fields)
    paths = dict(each(fields_of(config, *roles), _path))
    without = [f"`{role}`" for role, path in paths.items() if not path]
    if without and not fine_tunes:
        reason = f"{without[0]} has none, so all roles load `pretrain`"
        advice = f"set `model_name_or_path: {pretrain}` on {' and '.join(without)}"
    elif fine_tunes or (paths.get("actor_infer") and context.release.matches("<0.1.3")):
        reason = "SFT loads `pretrain`" if fine_tunes else f"all roles load `pretrain` in ROLL {context.release.name}"
        advice = "set `pretrain` to the model"
    else:
        return
    for role, path in paths.items():
        if path and path != pretrain:
            message = f"`model_name_or_path` is ignored: {reason}"
            yield Problem(f"{role}.model_args.model_name_or_path", message, advice, also={"pretrain": "loaded"})


def _path(role: str, worker: WorkerConfig) -> Iterator[tuple[str, str | None]]:
    yield role, worker.model_args.model_name_or_path
