"""
Sequence packing with settings that it does not take.

`sequence_packing_args.algorithm` is free text to the loader, while only `none` and `load_balance` exist, and the latter
needs the longest packed sequence for training and for forward passes. The first step fails otherwise.

    actor_train:
      use_sequence_packing: true
      sequence_packing_args: {algorithm: load_balanced}   # error: [packing-refused]

Write all that it needs:

    actor_train:
      use_sequence_packing: true
      sequence_packing_args:
        algorithm: load_balance
        max_packed_sequence_length_train: 8192
        max_packed_sequence_length_forward: 8192
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import TRAINERS
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.2.0")
def packing_refused(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    packing = worker.sequence_packing_args
    if not worker.use_sequence_packing or packing is None:
        return
    if packing.algorithm not in ("none", "load_balance"):
        message = f"there is no packing algorithm `{packing.algorithm}`"
        yield Problem("sequence_packing_args.algorithm", message, "Write `algorithm: load_balance`, or `none`.")
        return
    if packing.algorithm == "none":
        return
    # A role that is only read runs no training pass.
    kinds = ("train", "forward") if context.path in TRAINERS else ("forward",)
    for kind in kinds:
        field = f"max_packed_sequence_length_{kind}"
        if getattr(packing, field) is None:
            message = f"`load_balance` needs `{field}`"
            yield Problem(
                f"sequence_packing_args.{field}", message, f"Add `{field}: 8192`, at least `sequence_length`."
            )
