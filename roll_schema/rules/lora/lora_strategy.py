"""
LoRA with a backend that does not train it.

Up to ROLL 0.1.3, `actor_train.model_args.lora_target` switches LoRA on and only `deepspeed_train` can train an adapter:
the RLVR pipeline stops with an assertion when it is built.

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

from roll_schema.diagnostic import Severity
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.rule import Context, Problem, rule


@rule(Severity.ERROR, fails="at start", releases="<0.2.0")
def lora_strategy(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    actor = config.actor_train
    if actor.model_args.lora_target is None or actor.strategy_args is None:
        return
    name = actor.strategy_args.strategy_name
    if name == "deepspeed_train":
        return
    if context.pipeline == "rlvr_vl":
        yield Problem(
            "actor_train.strategy_args.strategy_name",
            f"`lora_target` is set, but `{name}` does not train LoRA: ROLL {context.release.name} trains all weights",
            help="Write `strategy_name: deepspeed_train` with a DeepSpeed `strategy_config`, or delete `lora_target`.",
            also={"actor_train.model_args.lora_target": "this is ignored"},
            fails="silently",
        )
        return
    yield Problem(
        "actor_train.strategy_args.strategy_name",
        f"LoRA is on and `actor_train` runs on `{name}`, but ROLL {context.release.name} trains LoRA with "
        "`deepspeed_train` only",
        help="Write `strategy_name: deepspeed_train` with a DeepSpeed `strategy_config`, or delete `lora_target`.",
        also={"actor_train.model_args.lora_target": "this switches LoRA on"},
    )
