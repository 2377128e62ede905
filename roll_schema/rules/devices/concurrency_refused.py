"""
Several calls at once into a worker that serves one.

From ROLL 0.2.0 `max_concurrency` above 1 is asserted to be for asynchronous worker classes only, which those that train
or compute log-probabilities are not.

    actor_train:
      max_concurrency: 4   # error: [concurrency-refused]

One:

    actor_train:
      max_concurrency: 1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, releases=">=0.2.0")
def concurrency_refused(config: PPOConfig, context: Context) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        usual = not worker.worker_cls or worker.worker_cls.startswith("roll.")
        if usual and worker.max_concurrency > 1:
            name = context.roles.written(role)
            message = f"the workers of `{name}` serve one call at a time, not {worker.max_concurrency}"
            yield Problem(f"{role}.max_concurrency", message, "Delete it.")

    yield from each(fields_of(config, "actor_train", "reference", "critic"), judge)
