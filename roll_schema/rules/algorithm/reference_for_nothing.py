"""
Unused reference model.

Detects `init_kl_coef` above 0 without `add_token_level_kl` or `use_kl_loss`. It makes ROLL load a reference model and
compute its log-probabilities in each step, but without one of the two nothing except the log uses the KL. The default
of `init_kl_coef` is 0.2. The pipeline `rlvr_vlmath` uses the KL without `add_token_level_kl`.

    init_kl_coef: 0.2   # info: [reference-for-nothing]
    add_token_level_kl: false

Run without a reference model:

    init_kl_coef: 0

References:

- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, PPOConfig.__post_init__
- ROLL 0.1.3-0.3.0: roll/utils/functionals.py, compute_token_reward
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
    if config.enable_reference or config.use_opd or context.distills or context.pipeline == "rlvr_vlmath":
        return
    # With LoRA, the reference model is the trainer without its adapter, and costs only the forward pass.
    if config.actor_train.model_args.lora_target is not None or not context.is_set("init_kl_coef"):
        return
    message = f"`init_kl_coef: {config.init_kl_coef:g}` starts a reference model that no KL term uses"
    yield Problem("init_kl_coef", message, "set `init_kl_coef: 0`")
