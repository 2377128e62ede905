"""
Remote model code.

ROLL loads models with `trust_remote_code: true`: Python files in the model's folder or repository run on the workers.
An `auto_map` in `model_config_kwargs` replaces the one of the model, and may name files of another repository.

    actor_train:
      model_args:
        model_config_kwargs: {auto_map: {AutoModel: "someone/else--modeling.Model"}}   # warning: [remote-code]

Use the code of the model:

    actor_train:
      model_args:
        model_config_kwargs: {}

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, **model_args.model_config_kwargs
- transformers 5.19.0: transformers/models/auto/auto_factory.py, _BaseAutoModelClass.from_pretrained
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def remote_code(worker: WorkerConfig) -> Iterator[Problem]:
    changed = worker.model_args.model_config_kwargs
    if changed and "auto_map" in changed:
        message = "`auto_map` may run Python files of another repository on every worker"
        yield Problem("model_args.model_config_kwargs.auto_map", message, "remove `auto_map`", at_key=True)
