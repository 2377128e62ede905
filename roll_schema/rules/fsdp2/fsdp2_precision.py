"""
A precision that FSDP2 does not know, or does not train in.

A name that is no precision stops the workers when they start. With `fp16`, ROLL's FSDP2 neither steps the learning-rate
schedule nor clears the gradients: training goes on, wrongly, without a word.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {param_dtype: fp16}   # error: [fsdp2-precision]

Train in bf16:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {param_dtype: bf16}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


HALF = ("fp16", "float16", "half")
KNOWN = (*HALF, "fp32", "float32", "float", "bf16", "bfloat16", "fp64", "float64", "double")
PLACE = "strategy_args.strategy_config"


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0")
def fsdp2_precision(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "fsdp2_train", "fsdp2_infer")
    if settings is None or worker.strategy_args is None:
        return
    strategy = worker.strategy_args.strategy_name

    def judge(field: str, name: object) -> Iterator[Problem]:
        if field not in ("param_dtype", "reduce_dtype") or not isinstance(name, str):
            return
        if name not in KNOWN:
            yield Problem(f"{PLACE}.{field}", f"FSDP2 knows no precision `{name}`", "Write `bf16` or `fp32`.")
        elif field == "param_dtype" and name in HALF and strategy == "fsdp2_train":
            message = (
                f"with `{name}`, ROLL's FSDP2 keeps the learning rate at its first value and never clears gradients"
            )
            yield Problem(f"{PLACE}.{field}", message, "Write `param_dtype: bf16`.", effect=Effect.DIFFERENT)

    yield from each(settings.items(), judge)
