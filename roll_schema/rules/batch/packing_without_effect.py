"""
Sequence packing whose settings nobody asks.

With dynamic batching, its own split decides what goes into a micro-batch; the algorithm and lengths of
`sequence_packing_args` are then not used.

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384
      use_sequence_packing: true
      sequence_packing_args: {algorithm: load_balance}   # info: [packing-without-effect]

One of the two:

    actor_train:
      use_sequence_packing: true
      sequence_packing_args: {algorithm: load_balance}
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
    passes = {"training": worker.use_dynamic_batching_in_train, "forward passes": worker.use_dynamic_batching_in_infer}
    dynamic = " and ".join(name for name, on in passes.items() if on)
    if worker.use_sequence_packing and dynamic and context.is_set("sequence_packing_args"):
        message = f"`sequence_packing_args` is not used in {dynamic}: dynamic batching decides on micro-batches there"
        yield Problem("sequence_packing_args", message, "Delete it, or switch dynamic batching off.", at_key=True)
