"""
Clip range without effect.

Detects `pg_clip_low` and `pg_clip_high` without `use_pg_clip_range: true`. ROLL then clips the policy ratio by
`pg_clip` on both sides.

    pg_clip_high: 0.28   # warning: [clip-range-unused]

Turn the range on:

    use_pg_clip_range: true
    pg_clip_low: 0.2
    pg_clip_high: 0.28

References:

- ROLL 0.1.1-0.3.0: roll/pipeline/rlvr/actor_worker.py, ActorWorker.loss_func
- ROLL 0.1.3-0.3.0: roll/pipeline/agentic/agentic_actor_worker.py, ActorWorker.loss_func
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.IGNORED)
def clip_range_unused(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.use_pg_clip_range:
        return
    for key in ("pg_clip_low", "pg_clip_high"):
        bound = getattr(config, key)
        if context.is_set(key) and bound is not None and bound != config.pg_clip:
            message = f"`{key}: {bound:g}` is ignored: `use_pg_clip_range` is false, so `pg_clip` is the bound"
            yield Problem(key, message, "set `use_pg_clip_range: true`")
