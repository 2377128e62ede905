"""
Concurrent calls to a synchronous worker.

Since ROLL 0.2.0, `max_concurrency` above 1 needs a worker class with asynchronous methods. ROLL's classes for training,
log-probabilities and values have none, and an assertion stops the run when their workers are created.

    actor_train:
      max_concurrency: 4   # error: [concurrency-refused]

Keep the default:

    actor_train:
      max_concurrency: 1

References:

- ROLL 0.2.0-0.3.0: roll/distributed/executor/cluster.py, Cluster._create_workers
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
        of_roll = not worker.worker_cls or worker.worker_cls.startswith("roll.")
        if of_roll and worker.max_concurrency > 1:
            name = context.roles.written(role)
            message = f"`max_concurrency` must be 1 for the synchronous workers of `{name}`"
            yield Problem(
                f"{role}.max_concurrency", f"{message}, found `{worker.max_concurrency}`", "set `max_concurrency: 1`"
            )

    yield from each(fields_of(config, "actor_train", "reference", "critic"), judge)
