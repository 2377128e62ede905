"""
Layers to shard that the model does not have.

FSDP2 shards the modules whose classes `transformer_layer_cls_to_wrap` names, and by default the model's layers. Names
that match no module are taken without a word: the model is then one piece, which every GPU gathers as a whole.

    pretrain: Qwen/Qwen3-8B
    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config:
          wrap_policy:
            transformer_layer_cls_to_wrap: [Qwen2DecoderLayer]   # warning: [wrapped-class-not-in-model]

Those of the model, or none for the default:

    pretrain: Qwen/Qwen3-8B
    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config:
          wrap_policy:
            transformer_layer_cls_to_wrap: [Qwen3DecoderLayer]
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
                f"the classes of `{model}` begin with `{prefix}`, and none of these do",
                f"Delete it, or write `transformer_layer_cls_to_wrap: [{prefix}DecoderLayer]`.",
            )

    yield from each(workers_of(config), judge)
