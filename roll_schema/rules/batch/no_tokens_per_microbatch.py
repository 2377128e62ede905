"""
Dynamic batching without a size.

Micro-batches are formed by a number of tokens, whose default is none: the first step fails after its rollout. The same
holds where nothing is trained, with the keys that end in `infer`.

    actor_train:
      use_dynamic_batching_in_train: true   # error: [no-tokens-per-microbatch]

Give a number, at least the longest sequence:

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3")
def no_tokens_per_microbatch(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    for kind, tokens in (
        ("train", worker.max_tokens_per_microbatch_in_train),
        ("infer", worker.max_tokens_per_microbatch_in_infer),
    ):
        switch, field = f"use_dynamic_batching_in_{kind}", f"max_tokens_per_microbatch_in_{kind}"
        if getattr(worker, switch) and not tokens:
            place = field if context.is_set(field) else switch
            message = f"`{switch}` is on, but `{field}` is {'missing' if tokens is None or place != field else 0}"
            yield Problem(place, message, f"Write `{field}: 16384`, at least `sequence_length`.")
