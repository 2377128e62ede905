"""
Code that comes with a model.

ROLL always loads models with `trust_remote_code`: the Python files in the model's folder or repository run on the
cluster. `model_config_kwargs` may name others.

    actor_train:
      model_args:
        model_config_kwargs: {auto_map: {AutoModel: "someone/else--modeling.Model"}}   # warning: [remote-code]

The model's own:

    actor_train:
      model_args:
        model_config_kwargs: {}
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
        message = "`auto_map` names Python files that run on every worker"
        yield Problem("model_args.model_config_kwargs.auto_map", message, "Delete it.", at_key=True)
