"""
A tracker that ROLL does not have.

`track_with` is free text to the loader, and looked up when the pipeline is built.

    track_with: tensorbord   # error: [unknown-tracker]

Write one of its names:

    track_with: tensorboard
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def unknown_tracker(config: BaseConfig, context: Context) -> Iterator[Problem]:
    known = ["tensorboard", "wandb", "swanlab", "stdout"]
    known += ["trackio"] if context.release.matches(">=0.3.0") else []
    known += [name for name in supported.TRACKERS if "run" in context.targets and name not in known]
    name = config.track_with
    if name is not None and name not in known:
        listed = ", ".join(f"`{one}`" for one in known)
        advice, change = did_you_mean(name, known, "Write one of these.")
        message = f"ROLL {context.release.name} has no tracker `{name}`; choose from {listed}"
        yield Problem("track_with", message, advice, change=change)
