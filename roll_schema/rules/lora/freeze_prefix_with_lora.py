"""
Freeze prefix together with LoRA.

The rule finds `freeze_module_prefix` next to `lora_target`. With LoRA, only the adapter is trained, and ROLL does not
read `freeze_module_prefix`.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        freeze_module_prefix: vision_model   # info: [freeze-prefix-with-lora]

Use LoRA alone:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, load_model
- ROLL 0.2.0-0.3.0: roll/models/model_providers.py, default_actor_model_provider
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.IGNORED)
def freeze_prefix_with_lora(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    model = worker.model_args
    # Before, Megatron ignores LoRA and freezes.
    if runs_on(worker, "megatron_train", "megatron_infer") and context.release.matches("<0.2.0"):
        return
    if model.lora_target is not None and model.freeze_module_prefix:
        yield Problem(
            "model_args.freeze_module_prefix",
            "`freeze_module_prefix` is ignored: with `lora_target`, ROLL trains the adapter only",
            "remove `freeze_module_prefix`",
            also={"model_args.lora_target": "enables LoRA"},
        )
