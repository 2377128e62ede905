"""
Invalid sequence packing settings.

ROLL's loader accepts any string as `sequence_packing_args.algorithm`, but implements only `none` and `load_balance`.
`load_balance` also needs the length of a packed sequence, for training and for forward passes. Otherwise the first step
fails.

    actor_train:
      use_sequence_packing: true
      sequence_packing_args: {algorithm: load_balanced}   # error: [packing-refused]

Set all that `load_balance` needs:

    actor_train:
      use_sequence_packing: true
      sequence_packing_args:
        algorithm: load_balance
        max_packed_sequence_length_train: 8192
        max_packed_sequence_length_forward: 8192

References:

- ROLL 0.2.0-0.3.0: roll/utils/sequence_packing.py, get_sequence_packing_packer
- ROLL 0.2.0-0.3.0: roll/utils/sequence_packing.py, LoadBalancePacker.make_micro_batch_iter_for_sequence_packing
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
        message = f"unknown packing algorithm `{packing.algorithm}`"
        yield Problem("sequence_packing_args.algorithm", message, "set `algorithm: none` or `algorithm: load_balance`")
        return
    if packing.algorithm == "none":
        return
    # Only trained roles run a training pass.
    kinds = ("train", "forward") if context.path in TRAINERS else ("forward",)
    for kind in kinds:
        field = f"max_packed_sequence_length_{kind}"
        if getattr(packing, field) is None:
            message = f"missing `{field}` for `algorithm: load_balance`"
            advice = f"set `{field}: 8192` (at least `sequence_length`)"
            yield Problem(f"sequence_packing_args.{field}", message, advice)
