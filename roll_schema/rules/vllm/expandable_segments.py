"""
Allocator setting ignored for vLLM.

vLLM's sleep mode conflicts with expandable segments of PyTorch's allocator. ROLL therefore clears
`PYTORCH_CUDA_ALLOC_CONF` before it creates a vLLM engine. For all other workers it sets `expandable_segments:True`
itself.

    actor_infer:
      system_envs: {PYTORCH_CUDA_ALLOC_CONF: "expandable_segments:True"}   # info: [expandable-segments]
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Set it only for training:

    actor_train:
      system_envs: {PYTORCH_CUDA_ALLOC_CONF: "expandable_segments:True"}
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}

References:

- ROLL 0.2.0-0.3.0: roll/third_party/vllm/__init__.py, PYTORCH_CUDA_ALLOC_CONF
- ROLL 0.1.0-0.1.3: roll/third_party/vllm/vllm_0_8_4/llm.py, PYTORCH_CUDA_ALLOC_CONF
- ROLL 0.1.1-0.3.0: roll/platforms/cuda.py, expandable_segments:True
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


_NAME = "PYTORCH_CUDA_ALLOC_CONF"


@rule(Severity.INFO, effect=Effect.IGNORED)
def expandable_segments(worker: WorkerConfig) -> Iterator[Problem]:
    value = worker.system_envs.get(_NAME) if worker.system_envs and runs_on(worker, "vllm") else None
    if isinstance(value, str) and "expandable_segments:true" in value.lower():
        message = f"`{_NAME}` is ignored: ROLL clears it for vLLM"
        yield Problem(f"system_envs.{_NAME}", message, f"remove `{_NAME}`")
