"""
A run that ends before its first regular checkpoint.

ROLL saves every `save_steps` steps, and once more in the last step. With more `save_steps` than `max_steps` only the
last one is left: a run that is interrupted starts all over.

    max_steps: 50
    save_steps: 100   # info: [save-never]

Save on the way:

    max_steps: 50
    save_steps: 10
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.INFO, effect=Effect.SAVING, pipelines=RLVR_TRAINING)
def save_never(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.save_steps > config.max_steps > 1:
        place = "save_steps" if context.is_set("save_steps") else "max_steps"
        yield Problem(
            place,
            f"`save_steps` {config.save_steps} is more than `max_steps` {config.max_steps}: no checkpoint on the way, "
            "only one at the end",
            help=f"Write `save_steps: {max(config.max_steps // 5, 1)}` to lose less when the run is interrupted.",
            also={"max_steps": f"{config.max_steps} steps in all"} if place == "save_steps" else {},
        )
