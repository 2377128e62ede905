"""
Training of a quantized checkpoint.

Weights in 4 or 8 bits are for inference. ROLL passes the checkpoint to the trainer as it is. Depending on the
quantization, the trainer may fail to load it, to move it to the GPU, or to compute gradients. The rule recognizes
quantized checkpoints by their names.

    pretrain: Qwen/Qwen2.5-7B-Instruct-AWQ   # warning: [quantized-model-trained]

Use the original checkpoint:

    pretrain: Qwen/Qwen2.5-7B-Instruct

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, default_actor_model_provider
- transformers 5.19.0: transformers/trainer_utils.py, validate_quantization_for_training
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import TRAINERS, model_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import dotted, parse

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig

_QUANTIZED = re.compile(r"[-_](awq|gptq|gguf|fp8|nf4|bnb|int[48]|w[48]a(8|16)|[48]-?bit)\b", re.I)


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def quantized_model_trained(config: BaseConfig) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig | None) -> Iterator[Problem]:
        model = model_of(config, role) if worker is not None else None
        method = _QUANTIZED.search(model.rstrip("/").rpartition("/")[2]) if model else None
        if method and model:
            place = _place(config, role, model)
            message = f"`{model}` may not be trainable: its name says that it is quantized (`{method[1]}`)"
            yield Problem(place, message, f"set `{dotted(parse(place)[-1:])}` to the original checkpoint")

    yield from each(fields_of(config, *TRAINERS), judge)


def _place(config: BaseConfig, role: str, model: str) -> str:
    """The field that names the model of a role."""
    own = f"{role}.model_args.model_name_or_path"
    shared = (name for name in ("pretrain", f"{role}_pretrain") if getattr(config, name, None) == model)
    return next(shared, own)
