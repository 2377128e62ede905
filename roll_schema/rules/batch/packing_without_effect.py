"""
Packing settings ignored under dynamic batching.

With dynamic batching, ROLL forms micro-batches by `max_tokens_per_microbatch_in_train`. It then ignores the algorithm
and the lengths in `sequence_packing_args`.

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384
      use_sequence_packing: true
      sequence_packing_args: {algorithm: load_balance}   # info: [packing-without-effect]

Use one of the two:

    actor_train:
      use_sequence_packing: true
      sequence_packing_args: {algorithm: load_balance}

References:

- ROLL 0.2.0-0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.train_step
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.IGNORED, releases=">=0.2.0")
def packing_without_effect(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    passes = {
        "training passes": worker.use_dynamic_batching_in_train,
        "forward passes": worker.use_dynamic_batching_in_infer,
    }
    dynamic = " and ".join(name for name, on in passes.items() if on)
    if worker.use_sequence_packing and dynamic and context.is_set("sequence_packing_args"):
        message = f"`sequence_packing_args` is ignored: {dynamic} use dynamic batching"
        yield Problem("sequence_packing_args", message, "remove `sequence_packing_args`", at_key=True)
