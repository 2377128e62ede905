"""
A `pg_variant` that is missing, unknown, or read by nobody.

Only the policy-gradient worker classes read `pg_variant`, and only on `actor_train`. Their first step fails without one
of the six; the usual worker class ignores it.

    actor_train:
      worker_cls: roll.pipeline.rlvr.actor_pg_worker.ActorPGWorker
      pg_variant: gspo   # error: [policy-loss-variant]

One that there is:

    actor_train:
      worker_cls: roll.pipeline.rlvr.actor_pg_worker.ActorPGWorker
      pg_variant: cispo
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import one_of

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


VARIANTS = ("vanilla", "ppo", "tis", "topr", "cispo", "kimi15")


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3")
def policy_loss_variant(config: PPOConfig, context: Context) -> Iterator[Problem]:
    worker = config.actor_train
    path, variant = worker.worker_cls or "", worker.pg_variant
    field = "actor_train.pg_variant"
    if "_pg_worker." in path:
        if not variant:
            message = f"`{path.rpartition('.')[2]}` needs a `pg_variant`"
            known = ", ".join(f"`{name}`" for name in VARIANTS)
            yield Problem("actor_train.worker_cls", message, f"Add `pg_variant:` with one of {known}.")
        elif variant not in VARIANTS:
            yield Problem(field, f"there is no policy loss `{variant}`", one_of(variant, VARIANTS))
    elif variant and (not path or path.startswith("roll.")):
        yield Problem(
            field,
            f"`pg_variant: {variant}` is not read by {f'`{path}`' if path else 'the usual worker class'}",
            "Name a policy-gradient worker as `worker_cls`, or delete `pg_variant`.",
            severity=Severity.WARNING,
            effect=Effect.IGNORED,
        )
