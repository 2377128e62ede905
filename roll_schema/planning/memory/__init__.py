"""An estimate of GPU memory: what a group of workers holds on each of its GPUs, by what is in it.

Weights, gradients and optimizer states are as DeepSpeed, Megatron and FSDP2 lay them out; activations, logits and
buffers are bounds. Every amount says how it comes about and where the formula is from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.missing import FactMissing
from roll_schema.facts.releases import Release
from roll_schema.planning import workers
from roll_schema.planning.memory import activations, deepspeed, fsdp2, megatron
from roll_schema.planning.memory.common import Amount, Weights, one_copy

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


def training(config: BaseConfig, worker: WorkerConfig, weights: Weights, release: Release) -> Iterator[Amount]:
    """What a training worker holds during its optimizer step; raises FactMissing behind the last that is known."""
    if workers.runs_on(worker, "megatron_train"):
        yield from megatron.training(worker, weights)
    elif workers.runs_on(worker, "deepspeed_train"):
        yield from deepspeed.training(worker, weights)
    elif workers.runs_on(worker, "fsdp2_train"):
        yield from fsdp2.training(worker, weights, release)
    else:
        raise FactMissing("strategy")
    yield from activations.training(config, worker, weights)


def forward(config: BaseConfig, worker: WorkerConfig, weights: Weights) -> Iterator[Amount]:
    """What a worker holds that only computes log-probabilities, values or logits; raises FactMissing as `training`."""
    each = weights.element
    if workers.runs_on(worker, "megatron_train", "megatron_infer"):
        yield megatron.forward(worker, weights)
    elif workers.runs_on(worker, "fsdp2_train", "fsdp2_infer"):
        each = fsdp2.element(worker, weights)
        yield fsdp2.forward(worker, weights)
    elif workers.runs_on(worker, "deepspeed_train", "deepspeed_infer"):
        yield from deepspeed.forward(worker, weights)
    else:
        yield one_copy(each, weights, weights.total)
    yield activations.forward(config, worker, weights, each)
