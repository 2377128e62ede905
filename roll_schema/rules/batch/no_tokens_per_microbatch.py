"""
Dynamic batching without a micro-batch size.

Dynamic batching fills micro-batches up to a number of tokens, `max_tokens_per_microbatch_in_train`, which has no usable
default. Without it, the first step fails after the rollout. The keys that end in `infer` do the same for
log-probabilities and values.

    actor_train:
      use_dynamic_batching_in_train: true   # error: [no-tokens-per-microbatch]

Set at least the length of the longest sample:

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384

References:

- ROLL 0.1.3-0.3.0: roll/utils/dynamic_batching.py, dynamic_batching_shard
- ROLL 0.1.3-0.3.0: roll/configs/worker_config.py, max_tokens_per_microbatch_in_train
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
            message = f"missing `{field}` for `{switch}`"
            if place == field and tokens is not None:
                message = f"`{field}` must be positive for `{switch}`, found `0`"
            yield Problem(place, message, f"set `{field}: 16384` (at least `sequence_length`)")
