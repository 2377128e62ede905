"""
A reference model that is computed each step and used by nothing.

`init_kl_coef` is 0.2 by default and switches the reference on, though only `add_token_level_kl` uses it. Without that
and without `use_kl_loss`, the run pays for the model and one forward pass per step, and only logs the KL.

    init_kl_coef: 0.2   # info: [reference-for-nothing]
    add_token_level_kl: false

To go without:

    init_kl_coef: 0
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.INFO, effect=Effect.WASTEFUL, releases=">=0.1.3")
def reference_for_nothing(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.init_kl_coef <= 0 or config.add_token_level_kl or config.use_kl_loss:
        return
    if config.enable_reference or config.use_opd or context.distills:
        return
    # With LoRA, the base model of the trainer stands in, and the pass is all it costs.
    if config.actor_train.model_args.lora_target is not None or not context.is_set("init_kl_coef"):
        return
    yield Problem(
        "init_kl_coef",
        f"`init_kl_coef: {config.init_kl_coef:g}` starts a reference model, but neither `add_token_level_kl` nor "
        "`use_kl_loss` uses it",
        "Write `init_kl_coef: 0`, or switch one of them on.",
    )
