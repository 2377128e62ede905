"""
A block size of the KV cache that vLLM does not have.

vLLM keeps its KV cache in blocks of tokens, and its attention kernels want a multiple of 16: another size stops the
worker when it starts. Some releases of vLLM take only 1, 8, 16, 32, 64, 128 and (newer ones) 256, of which 1 and 8 are
for other hardware; what depends on the release is a warning.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {block_size: 20}   # error: [block-size]

Write one of them:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {block_size: 16}

Too small for the kernels of GPUs:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {block_size: 8}   # warning: [block-size]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

SIZES = (16, 32, 64, 128, 256)
FOR_OTHER_HARDWARE = (1, 8)


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def block_size(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    size = settings.get("block_size") if settings is not None else None
    # null leaves the choice to vLLM.
    if size is None or size in SIZES:
        return
    number = int(size) if isinstance(size, str) and size.isdecimal() else size
    bearable = isinstance(number, int) and number > 0 and (number % 16 == 0 or number in FOR_OTHER_HARDWARE)
    shown = f'"{size}"' if isinstance(size, str) else f"{size}"
    yield Problem(
        "strategy_args.strategy_config.block_size",
        f"`block_size` is {shown}, but vLLM takes {', '.join(map(str, SIZES[:-1]))} or {SIZES[-1]}",
        help="Write `block_size: 16`, or leave it to vLLM.",
        severity=Severity.WARNING if bearable else None,
    )
