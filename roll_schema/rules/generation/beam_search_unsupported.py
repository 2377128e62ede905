"""
Beam search in rollouts.

ROLL sends rollout requests without beam settings. `num_beams` above 1 replaces `num_return_sequences`, so the engine
samples that many completions.

    actor_infer:
      generating_args: {num_beams: 4}   # warning: [beam-search-unsupported]

Sample instead:

    actor_infer:
      generating_args: {num_beams: 1}

References:

- ROLL 0.1.3-0.3.0: roll/configs/generating_args.py, GeneratingArguments.__post_init__
- ROLL 0.1.3-0.3.0: roll/distributed/strategy/vllm_strategy.py, create_sampling_params_for_vllm
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, releases=">=0.1.3")
def beam_search_unsupported(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    # A judge asks its engine in another way, which has beams.
    if context.path.startswith("rewards.") or (sampling := worker.generating_args) is None:
        return
    beams = sampling.num_beams or 1
    if beams > 1:
        message = f"`num_beams: {beams}` searches no beams: ROLL sets `num_return_sequences: {beams}`"
        yield Problem("generating_args.num_beams", message, "set `num_beams: 1`")
