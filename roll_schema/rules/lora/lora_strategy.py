"""
Training strategy without LoRA support.

The rule finds a `lora_target` on a role that trains with a strategy that does not support LoRA. Up to ROLL 0.1.3 only
`deepspeed_train` does: RLVR stops with an assertion, and every other pipeline on Megatron trains all weights. From
0.2.0 Megatron and FSDP2 support LoRA as well, apart from the maths pipeline for vision-language models in 0.2.0.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}   # error: [lora-strategy]

Train the adapter with DeepSpeed, or remove `lora_target` to train all weights with Megatron:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}

References:

- ROLL 0.1.0-0.1.3: roll/pipeline/rlvr/rlvr_pipeline.py, LoRA only supports deepspeed_train
- ROLL 0.1.0-0.2.0: roll/pipeline/rlvr/rlvr_math_vlm_pipeline.py, LoRA only supports deepspeed_train
- ROLL 0.1.0-0.1.3: roll/models/model_providers.py, default_actor_model_provider
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
"""Releases in which a pipeline asserts that LoRA runs on DeepSpeed."""


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
    unsupported = f"`{name}` does not support LoRA in ROLL {context.release.name}"
    yield Problem(
        "strategy_args.strategy_name",
        unsupported if asserts else f"{unsupported}: `lora_target` is ignored, all weights are trained",
        help="set `strategy_name: deepspeed_train` with a `strategy_config` of DeepSpeed",
        also={"model_args.lora_target": "enables LoRA" if asserts else "ignored"},
        effect=Effect.STARTUP if asserts else Effect.IGNORED,
    )
