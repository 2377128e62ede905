"""
Training one of two tied modules.

The rule finds `embed_tokens` or `lm_head` in `additional_target` for a model whose input embeddings and output layer
share their weights. PEFT trains a copy of the named module, and the other one stays as it was. The saved model is no
longer tied, and merging the adapter loses one of the two.

    pretrain: Qwen/Qwen3-4B
    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        additional_target: lm_head   # warning: [lora-tied-embeddings]

Train the adapter alone:

    pretrain: Qwen/Qwen3-4B
    actor_train:
      model_args:
        lora_target: q_proj,v_proj

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, setup_lora_training
- PEFT 0.21.2: peft/tuners/tuners_utils.py, are part of the adapter
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import target_names
from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import TRAINERS, model_checkpoint, runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig

_TIED = ("embed_tokens", "lm_head")


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def lora_tied_embeddings(config: BaseConfig) -> Iterator[Problem]:
    infer = getattr(config, "actor_infer", None)
    if infer is not None and runs_on(infer, "vllm"):
        return  # lora-additional-target says more

    def judge(role: str, worker: WorkerConfig | None) -> Iterator[Problem]:
        if worker is None or worker.model_args.lora_target is None or not worker.model_args.additional_target:
            return
        named = [name for name in target_names(worker.model_args.additional_target) if name in _TIED]
        if not named:
            return
        model, known = model_checkpoint(config, role)
        if known.tied:
            place = f"{role}.model_args.additional_target"
            other = _TIED[1 - _TIED.index(named[0])]
            message = f"`additional_target: {named[0]}` unties the shared weights of `{named[0]}` and `{other}`"
            yield Problem(place, f"{message} in `{model}`", "remove `additional_target`")

    yield from each(fields_of(config, *TRAINERS), judge)
