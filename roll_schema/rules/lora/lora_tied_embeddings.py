"""
One of two tied modules that is trained in full.

Input embeddings and output layer of this model share their weights. `additional_target` trains a copy of one of them,
and the other stays as it was: the model that is saved is no longer tied, and merging it loses one of the two.

    pretrain: Qwen/Qwen3-4B
    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        additional_target: lm_head   # warning: [lora-tied-embeddings]

With the adapter alone:

    pretrain: Qwen/Qwen3-4B
    actor_train:
      model_args:
        lora_target: q_proj,v_proj
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
        if named:
            model, known = model_checkpoint(config, role)
            if known.tied:
                place = f"{role}.model_args.additional_target"
                message = f"`{named[0]}` of `{model}` shares its weights with `{_TIED[1 - _TIED.index(named[0])]}`"
                yield Problem(place, message, "Delete `additional_target`.")

    yield from each(fields_of(config, *TRAINERS), judge)
