"""
Unused policy loss.

Detects `pg_variant` with a worker class of ROLL that does not read it. Only the policy-gradient worker classes do; the
default worker class trains with the PPO loss.

    actor_train:
      pg_variant: cispo   # warning: [unused-policy-loss]

Use a policy-gradient worker class:

    actor_train:
      worker_cls: roll.pipeline.rlvr.actor_pg_worker.ActorPGWorker
      pg_variant: cispo

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/rlvr/actor_pg_worker.py, ActorPGWorker.loss_func
- ROLL 0.1.3-0.3.0: roll/pipeline/rlvr/actor_worker.py, ActorWorker.loss_func
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import parse

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.1.3")
def unused_policy_loss(config: PPOConfig) -> Iterator[Problem]:
    worker_class, variant = config.actor_train.worker_cls or "", config.actor_train.pg_variant
    # A class outside ROLL may read it.
    if variant and "_pg_worker." not in worker_class and (not worker_class or worker_class.startswith("roll.")):
        name = f"`{parse(worker_class)[-1]!s}`" if worker_class else "the default worker class"
        message = f"`pg_variant: {variant}` is ignored: {name} does not read it"
        yield Problem("actor_train.pg_variant", message, "remove `pg_variant`")
