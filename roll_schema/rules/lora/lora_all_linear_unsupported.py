"""
A keyword for "all linear layers" that does not work here.

Up to ROLL 0.1.3 `lora_target` is always split into a list of names, and PEFT knows `all-linear` only as a text of its
own. The keyword is therefore looked up as a module of that name and not found. From 0.2.0 `all-linear`, `all-embedding`
and `all-router` are known, but stand for layers of Megatron: on DeepSpeed and FSDP2 nothing is found. `all` is known
nowhere.

    actor_train:
      model_args:
        lora_target: all-linear   # error: [lora-all-linear-unsupported]

Name the linear layers of the model:

    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import KEYWORDS, target_names
from roll_schema.planning.workers import trained_by_peft
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

ON_MEGATRON = ("all-linear", "all-embedding", "all-router")
"""What ROLL knows from 0.2.0 on; they collect classes of Megatron, of which transformers' models have none."""


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_all_linear_unsupported(config: PPOConfig, context: Context) -> Iterator[Problem]:
    target = config.actor_train.model_args.lora_target
    if target is None:
        return
    early, on_peft = context.release.matches("<0.2.0"), trained_by_peft(config)
    names = target_names(target)
    keywords = [name for name in names if name.lower() in KEYWORDS]
    if early and not on_peft:
        return
    if not early and not on_peft:
        keywords = [name for name in keywords if name not in ON_MEGATRON]
    if not keywords:
        return
    others = [name for name in names if name and name not in keywords]
    outcome = f"PEFT trains only {', '.join(others)}, without a message" if others else "PEFT finds no such module"
    known = not early and keywords[0] in ON_MEGATRON
    where = "stands for layers of Megatron only" if known else f"is no keyword in ROLL {context.release.name}"
    better = "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj" if on_peft else "all-linear"
    yield Problem(
        "actor_train.model_args.lora_target",
        f"`{keywords[0]}` {where}: {outcome}",
        help=f"Write `lora_target: {better}`" + (", the linear layers of most models." if on_peft else "."),
        effect=Effect.DIFFERENT if others else Effect.WORKER_START,
    )
