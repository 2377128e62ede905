"""
Wrapped layer class not in the model.

The rule compares `transformer_layer_cls_to_wrap` with the names of the model's classes. FSDP2 shards the modules of
these classes one by one, and by default the layers that transformers names for the model. ROLL accepts names that match
no module. The model is then one unit, and every GPU gathers all weights at once.

    pretrain: Qwen/Qwen3-8B
    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config:
          wrap_policy:
            transformer_layer_cls_to_wrap: [Qwen2DecoderLayer]   # warning: [wrapped-class-not-in-model]

Name the model's layer, or remove the key:

    pretrain: Qwen/Qwen3-8B
    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config:
          wrap_policy:
            transformer_layer_cls_to_wrap: [Qwen3DecoderLayer]

References:

- ROLL 0.2.0-0.3.0: roll/utils/fsdp_utils.py, apply_fsdp2
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.architecture import class_prefix
from roll_schema.models.each import each
from roll_schema.planning.workers import model_checkpoint, settings_of, workers_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WASTEFUL, releases=">=0.2.0")
def wrapped_class_not_in_model(config: BaseConfig) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        settings = settings_of(worker, "fsdp2_train", "fsdp2_infer")
        policy = settings.get("wrap_policy") if settings else None
        names = policy.get("transformer_layer_cls_to_wrap") if isinstance(policy, dict) else None
        names = [names] if isinstance(names, str) else names
        if not isinstance(names, list) or not names:
            return
        model, known = model_checkpoint(config, role)
        prefix = class_prefix(known.model_type)
        if prefix and not any(str(name).startswith(prefix) for name in names):
            yield Problem(
                f"{role}.strategy_args.strategy_config.wrap_policy.transformer_layer_cls_to_wrap",
                f"`transformer_layer_cls_to_wrap` names no class of `{model}` (`{prefix}…`)",
                "remove `transformer_layer_cls_to_wrap`",
            )

    yield from each(workers_of(config), judge)
