"""
Trainer and rollout that share GPUs in a way that `partial_gpu_mode` refuses.

While it is on, which is the default, ROLL checks the overlap after every model is loaded. Fine are no shared GPUs; the
trainer on a part of the rollout's GPUs, with two rollout workers or more and `async_generation_ratio` above 0; or as
many training GPUs as rollout and reward GPUs together, with `async_generation_ratio: 0`. A separate reference must have
the trainer's GPUs.

    async_generation_ratio: 1
    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(0,8))   # error: [partial-overlap-refused]

Separate GPUs:

    async_generation_ratio: 1
    actor_train:
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(4,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import device_set, gpus_per_worker, has_reference
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig
    from roll_schema.models.worker_config import WorkerConfig


_PLACE = "actor_infer.device_mapping"


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0", pipelines=("agentic",))
def partial_overlap_refused(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    if not config.partial_gpu_mode:
        return
    train, infer = device_set(config.actor_train), device_set(config.actor_infer)
    size = gpus_per_worker(config.actor_infer)
    if not train or not infer or not size or len(infer) % size:
        return
    off = "or write `partial_gpu_mode: false`."

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        own = device_set(worker)
        if has_reference(config) and own and own != train:
            message = f"the reference has GPU {ranges(own)} and the trainer {ranges(train)}"
            advice = f"Give the reference the trainer's GPUs, {off}"
            yield Problem(f"{role}.device_mapping", message, advice, {"actor_train.device_mapping": "the trainer's"})

    yield from each(fields_of(config, "reference"), judge)
    yield from _overlap(config, context.roles.infer, train, infer, size, off)


def _overlap(
    config: AgenticConfig, rollout: str, train: set[int], infer: set[int], size: int, off: str
) -> Iterator[Problem]:
    ratio, also = config.async_generation_ratio, {"actor_train.device_mapping": "the trainer's"}
    if not train & infer:
        return
    if train < infer:
        shares = [set(sorted(infer)[start : start + size]) for start in range(0, len(infer), size)]
        if all(train & share for share in shares):
            message = "every rollout worker shares GPUs with the trainer, and one must go on while it trains"
            yield Problem(_PLACE, message, f"Give the trainer fewer GPUs or the rollout more, {off}", also=also)
        elif ratio <= 0:
            message = "the trainer takes a part of the rollout's GPUs, which needs `async_generation_ratio` above 0"
            yield Problem(_PLACE, message, f"Write `async_generation_ratio: 1`, {off}", also=also)
        return
    if ratio > 0:
        message = f"generation is asynchronous, but GPU {ranges(train & infer)} also trains"
        yield Problem(_PLACE, message, f"Give `{rollout}` GPUs of its own, {off}", also=also)
        return
    rewards = len(device_set(config.reward)) if config.reward is not None else 0
    if len(train) != len(infer) + rewards:
        more = f" and {rewards} of `reward`" if rewards else ""
        message = f"{len(train)} training GPUs overlap {len(infer)} rollout GPUs{more}, and the counts are not equal"
        yield Problem(_PLACE, message, f"Share all of the GPUs or none, {off}", also=also)
