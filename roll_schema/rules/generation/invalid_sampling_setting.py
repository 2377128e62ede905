"""
Invalid sampling setting.

The engine checks these settings when the first request arrives. By then all models are loaded. ROLL sets
`num_return_sequences` and `max_new_tokens` of `actor_infer` and `max_new_tokens` of `validation` itself, so the rule
skips those. A `temperature` above 2 and a `top_k` of 0 are warnings, since only some releases of vLLM refuse them.

    actor_infer:
      generating_args:
        temperature: 1.0
        top_p: 99   # error: [invalid-sampling-setting]

Write a probability as a fraction of 1:

    actor_infer:
      generating_args:
        temperature: 1.0
        top_p: 0.99

vLLM requires a number, not null:

    actor_infer:
      generating_args:
        temperature: null   # error: [invalid-sampling-setting]
        top_p: 0.99
      strategy_args: {strategy_name: vllm}

Newer releases of vLLM limit the temperature:

    actor_infer:
      generating_args:
        temperature: 2.5   # warning: [invalid-sampling-setting]
        top_p: 0.99
      strategy_args: {strategy_name: vllm}

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, create_sampling_params_for_vllm
- vLLM 0.32.0: vllm/sampling_params.py, SamplingParams._verify_args
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


class Range(NamedTuple):
    """What engines accept of a number, in a function and in words, with a value that all of them accept."""

    holds: Callable[[float], bool]
    words: str
    example: str


RANGES = {
    "temperature": Range(lambda value: 0 <= value < math.inf, "finite and at least 0", "1.0"),
    "top_p": Range(lambda value: 0 < value <= 1, "above 0 and at most 1", "1.0"),
    "top_k": Range(lambda value: value >= -1, "at least 1, or -1 for all tokens", "-1"),
    "repetition_penalty": Range(lambda value: 0 < value < math.inf, "finite and above 0", "1.0"),
    "logprobs": Range(lambda value: value >= -1, "at least 0, or -1 for the whole vocabulary", "0"),
    "num_return_sequences": Range(lambda value: value >= 1, "at least 1", "1"),
    "max_new_tokens": Range(lambda value: value >= 1, "at least 1", "1024"),
}

SOME_RELEASES = {
    "temperature": Range(lambda value: value <= 2, "at most 2 in newer releases of vLLM", "1.0"),
    "top_k": Range(bool, "-1 or at least 1 in vLLM 0.8", "-1"),
}
"""What some releases of vLLM refuse."""

NOT_NULL = ("temperature", "top_p", "top_k", "repetition_penalty")
"""Settings that vLLM compares with numbers."""

OVERWRITTEN = {"actor_infer": ("max_new_tokens", "num_return_sequences"), "validation": ("max_new_tokens",)}
"""Settings that ROLL sets itself."""


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def invalid_sampling_setting(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    sampling, role = worker.generating_args, context.path.partition(".")[0]
    # Trainers do not sample, and neither do rewards without a model.
    samples = role in ("actor_infer", "validation") or (role == "rewards" and worker.strategy_args is not None)
    if sampling is None or not samples:
        return
    effect = Effect.EVALUATION if role == "validation" else Effect.FIRST_STEP
    on_vllm = worker.strategy_args is not None and worker.strategy_args.strategy_name == "vllm"

    def problem(key: str, accepted: Range, severity: Severity | None = None) -> Problem:
        place = f"generating_args.{key}"
        message = f"`{key}` must be {accepted.words}, found `{shown(context.written(place))}`"
        return Problem(place, message, f"set `{key}: {accepted.example}`", effect=effect, severity=severity)

    for key, accepted in RANGES.items():
        value = getattr(sampling, key)
        if value is None:
            if on_vllm and key in NOT_NULL and context.is_set(f"generating_args.{key}"):
                yield problem(key, accepted._replace(words="a number in vLLM"))
        elif not accepted.holds(value):
            if key not in OVERWRITTEN.get(role, ()):
                yield problem(key, accepted)
        elif key in SOME_RELEASES and not SOME_RELEASES[key].holds(value) and (on_vllm or key == "temperature"):
            yield problem(key, SOME_RELEASES[key], Severity.WARNING)
    if "" in (sampling.stop_strings or ()):
        message = "`stop_strings` must not contain an empty string"
        yield Problem("generating_args.stop_strings", message, "remove the empty string", effect=effect)
