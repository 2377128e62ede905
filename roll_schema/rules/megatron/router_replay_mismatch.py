"""
Router replay without support on both sides.

With `router_replay.mode: R3`, the trainer uses the experts that the rollout chose. It needs `sglang` for the rollout
and `megatron_train` for training, must be set on both, and conflicts with sequence packing. If only the trainer sets
it, the first step fails on the missing choices. Other backends ignore it.

    actor_train:
      router_replay: {mode: R3}   # error: [router-replay-mismatch]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
    actor_infer:
      strategy_args: {strategy_name: sglang, strategy_config: {mem_fraction_static: 0.8}}

Set it on both:

    actor_train:
      router_replay: {mode: R3}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
    actor_infer:
      router_replay: {mode: R3}
      strategy_args: {strategy_name: sglang, strategy_config: {mem_fraction_static: 0.8}}

References:

- ROLL 0.3.0: roll/configs/worker_config.py, WorkerConfig.__post_init__
- ROLL 0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.train_step
- ROLL 0.3.0: roll/distributed/strategy/sglang_strategy.py, SgLangStrategy.generate_request
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
def router_replay_mismatch(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = config.actor_train, config.actor_infer
    replays, records = train.router_replay.mode == "R3", infer.router_replay.mode == "R3"
    if not replays and not records:
        return
    place = "actor_train.router_replay.mode" if replays else "actor_infer.router_replay.mode"
    if not runs_on(train, "megatron_train") or not runs_on(infer, "sglang"):
        role, worker, needed = (roles.train, train, "megatron_train")
        if runs_on(train, "megatron_train"):
            role, worker, needed = (roles.infer, infer, "sglang")
        name = f"`{worker.strategy_args.strategy_name}`" if worker.strategy_args else "no strategy"
        message = f"`mode: R3` is ignored: `{role}` needs `{needed}`, found {name}"
        yield Problem(place, message, "remove `router_replay`", severity=Severity.WARNING, effect=Effect.IGNORED)
    elif replays and not records:
        message = f"`mode: R3` of `{roles.train}` needs the same mode on `{roles.infer}`"
        yield Problem(place, message, f"set `router_replay: {{mode: R3}}` on `{roles.infer}`")
    elif records and not replays:
        message = f"`mode: R3` has no effect: `{roles.train}` does not replay the recorded experts"
        advice = f"set `router_replay: {{mode: R3}}` on `{roles.train}`"
        yield Problem(place, message, advice, severity=Severity.WARNING, effect=Effect.IGNORED)
    elif train.use_sequence_packing:
        message = "`mode: R3` conflicts with `use_sequence_packing`"
        packing = {"actor_train.use_sequence_packing": "sequence packing"}
        yield Problem(place, message, "set `use_sequence_packing: false`", also=packing)
