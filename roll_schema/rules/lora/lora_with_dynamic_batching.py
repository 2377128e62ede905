"""
LoRA, a reference, and dynamic batching in forward passes.

ROLL 0.2.0 and 0.2.1 ask a cluster that LoRA does not build for its data-parallel size, and fail in the first step.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      use_dynamic_batching_in_infer: true   # error: [lora-with-dynamic-batching]
      max_tokens_per_microbatch_in_infer: 16384
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}

Without:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import uses_reference
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.2.0,<0.3.0")
def lora_with_dynamic_batching(config: PPOConfig) -> Iterator[Problem]:
    if config.actor_train.model_args.lora_target is None or not uses_reference(config):
        return

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        if worker.use_dynamic_batching_in_infer:
            message = "with LoRA there is no reference cluster, which dynamic batching asks for its size"
            yield Problem(f"{role}.use_dynamic_batching_in_infer", message, "Delete it, or write `init_kl_coef: 0`.")

    yield from islice(each(fields_of(config, "actor_train", "reference"), judge), 1)
