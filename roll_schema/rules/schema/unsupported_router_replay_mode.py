"""
A kind of router replay that ROLL does not have.

The loader knows `R2`, but ROLL then stops with NotImplementedError.

    actor_train:
      router_replay: {mode: R2}   # error: [unsupported-router-replay-mode]

`R3` is implemented, with Megatron and SGLang:

    actor_train:
      router_replay: {mode: disable}
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
        yield Problem("mode", "`R2` is declared but not implemented", "Write `mode: R3`, or `disable`.")
