"""
Unsupported router replay mode.

The loader accepts `mode: R2`. Then ROLL stops with a NotImplementedError. `R3` works with Megatron as the trainer and
SGLang as the rollout engine.

    actor_train:
      router_replay: {mode: R2}   # error: [unsupported-router-replay-mode]

Turn router replay off:

    actor_train:
      router_replay: {mode: disable}

References:

- ROLL 0.3.0: roll/configs/worker_config.py, raise NotImplementedError("Not support R2 now")
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.router_replay import RouterReplayConfig


@rule(Severity.ERROR, effect=Effect.LOAD, releases=">=0.3.0")
def unsupported_router_replay_mode(replay: RouterReplayConfig) -> Iterator[Problem]:
    if replay.mode == "R2":
        yield Problem("mode", "invalid router replay mode `R2`: ROLL does not implement it", "set `mode: disable`")
