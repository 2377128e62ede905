"""
Save interval longer than the run.

ROLL saves a checkpoint every `save_steps` steps, and one at the last step. If `save_steps` exceeds `max_steps`, only
the one at the last step is left. An interrupted run then starts from scratch.

    max_steps: 50
    save_steps: 100   # info: [save-never]

Save during the run:

    max_steps: 50
    save_steps: 10

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/base_pipeline.py, BasePipeline.do_checkpoint
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import BY_DOMAIN, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.INFO, effect=Effect.WASTEFUL, pipelines=BY_DOMAIN)
def save_never(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.save_steps > config.max_steps > 1:
        place = "save_steps" if context.is_set("save_steps") else "max_steps"
        yield Problem(
            place,
            f"`save_steps` {config.save_steps} exceeds `max_steps` {config.max_steps}: only the last step is saved",
            help=f"set `save_steps: {max(config.max_steps // 5, 1)}`",
            also=context.where_set({"max_steps": "steps of the run"}) if place == "save_steps" else {},
        )
