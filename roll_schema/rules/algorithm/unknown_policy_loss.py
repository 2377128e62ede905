"""
Unknown or missing policy loss.

Detects a policy-gradient worker without a `pg_variant` that it implements. These worker classes choose their loss by
`actor_train.pg_variant`, and fail at the first step where it is missing or unknown.

    actor_train:
      worker_cls: roll.pipeline.rlvr.actor_pg_worker.ActorPGWorker
      pg_variant: gspo   # error: [unknown-policy-loss]

Use one of `vanilla`, `ppo`, `tis`, `topr`, `cispo` and `kimi15`:

    actor_train:
      worker_cls: roll.pipeline.rlvr.actor_pg_worker.ActorPGWorker
      pg_variant: cispo

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/rlvr/actor_pg_worker.py, ActorPGWorker.loss_func
- ROLL 0.2.0-0.3.0: roll/pipeline/agentic/agentic_actor_pg_worker.py, ActorWorker.loss_func
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import parse
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

VARIANTS = ("vanilla", "ppo", "tis", "topr", "cispo", "kimi15")


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3")
def unknown_policy_loss(config: PPOConfig) -> Iterator[Problem]:
    worker_class, variant = config.actor_train.worker_cls or "", config.actor_train.pg_variant
    if "_pg_worker." not in worker_class:
        return
    if not variant:
        message = f"missing `pg_variant`: `{parse(worker_class)[-1]!s}` chooses its loss by it"
        yield Problem("actor_train.worker_cls", message, "add `pg_variant: ppo`")
    elif variant not in VARIANTS:
        yield Problem(
            "actor_train.pg_variant",
            f"unknown policy loss `{variant}`",
            f"set `pg_variant` to one of {listed(VARIANTS)}",
        )
