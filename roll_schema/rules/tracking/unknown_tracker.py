"""
Unknown tracker.

Detects a `track_with` that the release does not have. The loader accepts any string; ROLL looks the tracker up when it
builds the pipeline.

    track_with: tensorbord   # error: [unknown-tracker]

Use a tracker of the release:

    track_with: tensorboard

References:

- ROLL 0.1.0-0.3.0: roll/utils/tracking.py, create_tracker
- ROLL 0.3.0: roll/utils/tracking.py, tracker_registry["trackio"]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def unknown_tracker(config: BaseConfig, context: Context) -> Iterator[Problem]:
    trackers = ["tensorboard", "wandb", "swanlab", "stdout"]
    trackers += ["trackio"] if context.release.matches(">=0.3.0") else []
    trackers += [name for name in supported.TRACKERS if "run" in context.targets and name not in trackers]
    name = config.track_with
    if name is not None and name not in trackers:
        advice, change = did_you_mean(name, trackers, f"set `track_with` to one of {listed(trackers)}")
        message = f"unknown tracker `{name}` in ROLL {context.release.name}"
        yield Problem("track_with", message, advice, change=change)
