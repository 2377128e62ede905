"""
Unsupported keyword in `lora_target`.

The rule finds keywords such as `all-linear` that ROLL does not expand. Up to ROLL 0.1.3 it expands none: PEFT looks for
a module of that name. From 0.2.0 it expands `all-linear`, `all-embedding` and `all-router` to classes of Megatron,
which the models of DeepSpeed and FSDP2 do not contain. No release expands `all`. PEFT stops if it finds no module, and
trains less than expected if it finds only others.

    actor_train:
      model_args:
        lora_target: all-linear   # error: [lora-all-linear-unsupported]

Name the linear layers of the model:

    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj

References:

- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, ModelArguments.__post_init__
- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, setup_lora_training
- ROLL 0.2.0-0.3.0: mcore_adapter/src/mcore_adapter/adapters/utils.py, find_all_linear_modules
- PEFT 0.21.2: peft/tuners/tuners_utils.py, BaseTuner.inject_adapter
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
"""What ROLL expands from 0.2.0 on, to classes of Megatron, which the models of transformers do not contain."""


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
    outcome = f"PEFT trains only `{', '.join(others)}`" if others else "PEFT finds no such module"
    expanded = not early and keywords[0] in ON_MEGATRON
    reason = "names layers of Megatron only" if expanded else f"is not a keyword in ROLL {context.release.name}"
    better = "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj" if on_peft else "all-linear"
    yield Problem(
        "actor_train.model_args.lora_target",
        f"`{keywords[0]}` {reason}: {outcome}",
        help=f"set `lora_target: {better}`",
        effect=Effect.DIFFERENT if others else Effect.WORKER_START,
    )
