"""
Router replay that one of the two sides does not take part in.

`R3` trains with the experts that the rollout chose. It needs `sglang` for the rollout and `megatron_train` for
training, must be set on both, and does not go with sequence packing. Only on the trainer, the first step fails on the
missing choices; on other backends it is ignored.

    actor_train:
      router_replay: {mode: R3}   # error: [router-replay-roles]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
    actor_infer:
      strategy_args: {strategy_name: sglang, strategy_config: {mem_fraction_static: 0.8}}

On both:

    actor_train:
      router_replay: {mode: R3}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
    actor_infer:
      router_replay: {mode: R3}
      strategy_args: {strategy_name: sglang, strategy_config: {mem_fraction_static: 0.8}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.3.0")
def router_replay_roles(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = config.actor_train, config.actor_infer
    trains, samples = train.router_replay.mode == "R3", infer.router_replay.mode == "R3"
    if not trains and not samples:
        return
    place = "actor_train.router_replay.mode" if trains else "actor_infer.router_replay.mode"
    if not runs_on(train, "megatron_train") or not runs_on(infer, "sglang"):
        role, worker, needed = (roles.train, train, "megatron_train")
        if runs_on(train, "megatron_train"):
            role, worker, needed = (roles.infer, infer, "sglang")
        name = worker.strategy_args.strategy_name if worker.strategy_args else "no strategy"
        message = f"`R3` needs `{needed}` on `{role}`, which runs on `{name}`, and is ignored"
        advice = "Delete `router_replay`, or change the strategy."
        yield Problem(place, message, advice, severity=Severity.WARNING, effect=Effect.IGNORED)
    elif trains and not samples:
        message = f"`R3` is set for training, but `{roles.infer}` does not record which experts it chose"
        yield Problem(place, message, f"Write `router_replay: {{mode: R3}}` on `{roles.infer}` too.")
    elif samples and not trains:
        message = f"`R3` is set for the rollout, but `{roles.train}` does not use the recorded experts"
        advice = f"Write `router_replay: {{mode: R3}}` on `{roles.train}` too."
        yield Problem(place, message, advice, severity=Severity.WARNING, effect=Effect.IGNORED)
    elif train.use_sequence_packing:
        message = "`R3` does not go with `use_sequence_packing`"
        yield Problem(place, message, "Switch one of them off.", also={"actor_train.use_sequence_packing": "packs"})
