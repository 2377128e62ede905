"""
Unsupported block size of the KV cache.

vLLM stores its KV cache in blocks of tokens. Its attention kernels for GPUs need a multiple of 16, otherwise the worker
stops when it starts. Some releases of vLLM accept only 1, 8, 16, 32, 64, 128 and (newer ones) 256, of which 1 and 8 are
for other hardware. A size that depends on the release is a warning.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {block_size: 20}   # error: [unsupported-block-size]

Use a supported size:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {block_size: 16}

A size for other hardware than GPUs:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {block_size: 8}   # warning: [unsupported-block-size]

References:

- vLLM 0.32.0: vllm/v1/attention/backends/flash_attn.py, FlashAttentionBackend.get_supported_kernel_block_sizes
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import literal

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

SIZES = (16, 32, 64, 128, 256)
FOR_OTHER_HARDWARE = (1, 8)


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def unsupported_block_size(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    size = settings.get("block_size") if settings is not None else None
    # With null, vLLM chooses.
    if size is None or size in SIZES:
        return
    number = int(size) if isinstance(size, str) and size.isdecimal() else size
    may_work = isinstance(number, int) and number > 0 and (number % 16 == 0 or number in FOR_OTHER_HARDWARE)
    yield Problem(
        "strategy_args.strategy_config.block_size",
        f"`block_size` must be {', '.join(map(str, SIZES[:-1]))} or {SIZES[-1]}, found `{literal(size)}`",
        help="set `block_size: 16`",
        severity=Severity.WARNING if may_work else None,
    )
