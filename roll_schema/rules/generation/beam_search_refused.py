"""
Beam search, which the rollout engines do not do.

ROLL sets `num_return_sequences` to `num_beams` where that is above 1, and its request path to vLLM knows no beams.

    actor_infer:
      generating_args: {num_beams: 4}   # warning: [beam-search-refused]

Sampling:

    actor_infer:
      generating_args: {num_beams: 1}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, releases=">=0.1.3")
def beam_search_refused(worker: WorkerConfig) -> Iterator[Problem]:
    sampling = worker.generating_args
    if sampling is not None and (sampling.num_beams or 1) > 1:
        message = f"`num_beams: {sampling.num_beams}` makes no beams, and overwrites `num_return_sequences`"
        yield Problem("generating_args.num_beams", message, "Write `num_beams: 1`.")
