"""
Micro-batch shorter than the longest sample.

With dynamic batching, every sample must fit into a micro-batch. ROLL asserts it in each step, so the run stops as soon
as a sample has the full length.

    sequence_length: 4096
    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 2048   # error: [microbatch-shorter-than-sample]

Make room for at least one sample:

    sequence_length: 4096
    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 8192

References:

- ROLL 0.1.3-0.3.0: roll/utils/dynamic_batching.py, dynamic_batching_shard
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import has_reference, sample_length
from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3", pipelines=RLVR_TRAINING)
def microbatch_shorter_than_sample(config: RLVRConfig) -> Iterator[Problem]:
    longest = sample_length(config)

    def judge(role: str, phase: str) -> Iterator[Problem]:
        worker = getattr(config, role)
        if role == "reference" and not has_reference(config):
            return
        field = f"max_tokens_per_microbatch_in_{phase}"
        tokens = getattr(worker, field)
        if getattr(worker, f"use_dynamic_batching_in_{phase}") and tokens is not None and 0 < tokens < longest:
            yield Problem(
                f"{role}.{field}",
                f"`{field}` must be at least {longest:,} (the longest sample), found `{tokens}`",
                f"set `{field}: {longest}` or more",
                also={"sequence_length": "tokens of the longest sample"} if config.sequence_length else {},
            )

    passes = [("actor_train", "train"), ("actor_train", "infer"), ("reference", "infer")]
    yield from each(passes, judge)
