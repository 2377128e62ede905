"""
Bounds of the policy ratio that are not used.

`pg_clip_low` and `pg_clip_high` count only with `use_pg_clip_range: true`; otherwise `pg_clip` holds on both sides.

    pg_clip_high: 0.28   # warning: [clip-range-unused]

Switch the range on:

    use_pg_clip_range: true
    pg_clip_low: 0.2
    pg_clip_high: 0.28
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
    for field in ("pg_clip_low", "pg_clip_high"):
        value = getattr(config, field)
        if context.is_set(field) and value is not None and value != config.pg_clip:
            message = f"`{field}: {value:g}` is not used without `use_pg_clip_range`; the bound is `pg_clip`"
            yield Problem(field, message, "Write `use_pg_clip_range: true`, or delete it.")
