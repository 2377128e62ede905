"""
A block size of the KV cache that vLLM does not have.

vLLM keeps its KV cache in blocks of 1, 8, 16, 32, 64, 128 or (newer releases) 256 tokens. Another size stops the worker
when it starts; only the oldest vLLM that ROLL 0.1.3 supports may bear another multiple of 16.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {block_size: 20}   # error: [block-size]

Write one of them:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {block_size: 16}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Problem, rule
from roll_schema.workers import settings_of

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

SIZES = (1, 8, 16, 32, 64, 128, 256)


@rule(Severity.ERROR, fails="at worker start")
def block_size(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    size = settings.get("block_size") if settings is not None else None
    # null leaves the choice to vLLM.
    if size is None or size in SIZES:
        return
    bearable = isinstance(size, int) and size > 0 and size % 16 == 0
    shown = f'"{size}"' if isinstance(size, str) else f"{size}"
    yield Problem(
        "strategy_args.strategy_config.block_size",
        f"`block_size` is {shown}, but vLLM takes {', '.join(map(str, SIZES[:-1]))} or {SIZES[-1]}",
        help="Write `block_size: 16`, or leave it to vLLM.",
        severity=Severity.WARNING if bearable else None,
    )
