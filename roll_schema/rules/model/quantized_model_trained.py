"""
A quantized checkpoint where a model is trained.

Weights in 4 or 8 bits are for inference. ROLL hands the checkpoint to its trainer as it is, which cannot load it, move
it to its GPUs or compute gradients for it.

    pretrain: Qwen/Qwen2.5-7B-Instruct-AWQ   # warning: [quantized-model-trained]

The checkpoint that it was made from:

    pretrain: Qwen/Qwen2.5-7B-Instruct
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

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig

_QUANTIZED = re.compile(r"[-_](awq|gptq|gguf|fp8|nf4|bnb|int[48]|w[48]a(8|16)|[48]-?bit)\b", re.I)


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def quantized_model_trained(config: BaseConfig) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig | None) -> Iterator[Problem]:
        model = model_of(config, role) if worker is not None else None
        found = _QUANTIZED.search(model.rstrip("/").rpartition("/")[2]) if model else None
        if found and model:
            message = f"`{model}` is quantized, as `{found[1]}` in its name says, and cannot be trained"
            yield Problem(_place(config, role, model), message, "Write the checkpoint that it was made from.")

    yield from each(fields_of(config, *TRAINERS), judge)


def _place(config: BaseConfig, role: str, model: str) -> str:
    """Where a role's model is written."""
    own = f"{role}.model_args.model_name_or_path"
    shared = (name for name in ("pretrain", f"{role}_pretrain") if getattr(config, name, None) == model)
    return next(shared, own)
