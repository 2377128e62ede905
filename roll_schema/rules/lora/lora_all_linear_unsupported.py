"""
A keyword for "all linear layers" that this release does not have.

Up to ROLL 0.1.3 `lora_target` is always split into a list of names, and PEFT knows `all-linear` only as a text of its
own. The keyword is therefore looked up as a module of that name and not found.

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

from roll_schema.catalog import KEYWORDS, target_names
from roll_schema.diagnostic import Severity
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.rule import Context, Problem, rule
from roll_schema.rules.lora.lora_target_not_in_model import trained_by_peft


@rule(Severity.ERROR, fails="at worker start", releases="<0.2.0")
def lora_all_linear_unsupported(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if not trained_by_peft(config):
        return
    names = target_names(config.actor_train.model_args.lora_target)
    keywords = [name for name in names if name.lower() in KEYWORDS]
    if not keywords:
        return
    others = [name for name in names if name and name not in keywords]
    outcome = f"PEFT trains only {', '.join(others)}, without a message" if others else "PEFT finds no such module"
    yield Problem(
        "actor_train.model_args.lora_target",
        f"`{keywords[0]}` is no keyword in ROLL {context.release.name}: {outcome}",
        help="Write `lora_target: q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj`, the linear layers of most "
        "models.",
        fails="silently" if others else "at worker start",
    )
