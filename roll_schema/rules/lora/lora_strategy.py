"""
LoRA with a backend that does not train it.

`lora_target` on the role that trains switches LoRA on. Up to ROLL 0.1.3 only `deepspeed_train` trains an adapter: RLVR
stops with an assertion when it is built, and every other pipeline trains all weights without a word. From 0.2.0
Megatron and FSDP2 train adapters as well, and DeepSpeed until 0.2.1.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}   # error: [lora-strategy]

Train the adapter with DeepSpeed, or leave `lora_target` out to train all weights with Megatron:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import TRAINERS
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

ASSERTS = {"rlvr": "<0.2.0", "rlvr_vlmath": "<=0.2.0"}
"""Releases in which a pipeline asserts that LoRA comes with DeepSpeed."""


@rule(Severity.ERROR, effect=Effect.STARTUP, releases="<=0.2.0")
def lora_strategy(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    strategy = worker.strategy_args
    if context.path not in TRAINERS or worker.model_args.lora_target is None or strategy is None:
        return
    name = strategy.strategy_name
    asserts = context.release.matches(ASSERTS.get(context.pipeline, "<0.1.0"))
    ignored = name == "megatron_train" and context.release.matches("<0.2.0")
    if name == "deepspeed_train" or not (asserts or ignored):
        return
    release = context.release.name
    yield Problem(
        "strategy_args.strategy_name",
        f"LoRA is on and `{context.path}` runs on `{name}`, but ROLL {release} trains LoRA with `deepspeed_train` only"
        if asserts
        else f"`lora_target` is set, but `{name}` does not train LoRA: ROLL {release} trains all weights",
        help="Write `strategy_name: deepspeed_train` with a DeepSpeed `strategy_config`, or delete `lora_target`.",
        also={"model_args.lora_target": "this switches LoRA on" if asserts else "this is ignored"},
        effect=Effect.STARTUP if asserts else Effect.IGNORED,
    )
