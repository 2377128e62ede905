"""
A sampling setting outside of what engines accept.

The engine looks at these settings when the first request arrives, so the first step fails after all models are loaded.
On `actor_infer`, ROLL sets `num_return_sequences` and `max_new_tokens` itself; there they are not looked at. What only
some releases of vLLM refuse, a `temperature` above 2 and a `top_k` of 0, is a warning.

    actor_infer:
      generating_args:
        temperature: 1.0
        top_p: 99   # error: [sampling-range]

Probabilities are written as fractions:

    actor_infer:
      generating_args:
        temperature: 1.0
        top_p: 0.99

Null is no number for vLLM:

    actor_infer:
      generating_args:
        temperature: null   # error: [sampling-range]
        top_p: 0.99
      strategy_args: {strategy_name: vllm}

Too hot for its newer releases:

    actor_infer:
      generating_args:
        temperature: 2.5   # warning: [sampling-range]
        top_p: 0.99
      strategy_args: {strategy_name: vllm}
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.generating_args import GeneratingArguments
    from roll_schema.models.worker_config import WorkerConfig

HOTTEST = 2


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def sampling_range(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    sampling, role = worker.generating_args, context.path.partition(".")[0]
    # Nobody samples elsewhere: not in training, and not for a reward without a model.
    samples = role in ("actor_infer", "validation") or (role == "rewards" and worker.strategy_args is not None)
    if sampling is None or not samples:
        return
    effect = Effect.EVALUATION if role == "validation" else Effect.FIRST_STEP
    rewritten = {"actor_infer": ("max_new_tokens", "num_return_sequences"), "validation": ("max_new_tokens",)}

    def wrong(field: str, wanted: str, example: str) -> Problem:
        place = f"generating_args.{field}"
        message = f"`{field}` is {shown(context.written(place))}, but it must be {wanted}"
        return Problem(place, message, help=f"Write `{field}: {example}`.", effect=effect)

    on_vllm = worker.strategy_args is not None and worker.strategy_args.strategy_name == "vllm"
    if on_vllm:
        yield from _nothing(sampling, context, effect)
    if (temperature := sampling.temperature) is not None and not 0 <= temperature < math.inf:
        yield wrong("temperature", "0 or more, and finite", "1.0")
    elif temperature is not None and temperature > HOTTEST:
        message = f"newer releases of vLLM refuse a `temperature` of {temperature:g}: it must be at most {HOTTEST}"
        yield Problem(
            "generating_args.temperature",
            message,
            "Write `temperature: 1.0`.",
            effect=effect,
            severity=Severity.WARNING,
        )
    if (top_p := sampling.top_p) is not None and not 0 < top_p <= 1:
        yield wrong("top_p", "above 0 and at most 1", "1.0")
    if (top_k := sampling.top_k) is not None and top_k < -1:
        yield wrong("top_k", "1 or more, or -1 for all tokens", "-1")
    elif top_k == 0 and on_vllm:
        message = "`top_k: 0` means all tokens only in newer engines; vLLM 0.8 refuses it"
        yield Problem("generating_args.top_k", message, "Write `top_k: -1`.", effect=effect, severity=Severity.WARNING)
    if (penalty := sampling.repetition_penalty) is not None and not 0 < penalty < math.inf:
        yield wrong("repetition_penalty", "above 0, and finite", "1.0")
    if (logprobs := sampling.logprobs) is not None and logprobs < -1:
        yield wrong("logprobs", "0 or more, or -1 for the whole vocabulary", "0")
    if "" in (sampling.stop_strings or ()):
        message = "`stop_strings` holds an empty text, which every answer holds as well"
        yield Problem("generating_args.stop_strings", message, "Delete it.", effect=effect)
    for field, example in (("num_return_sequences", "1"), ("max_new_tokens", "1024")):
        number = getattr(sampling, field)
        if number is not None and number < 1 and field not in rewritten.get(role, ()):
            yield wrong(field, "1 or more", example)


def _nothing(sampling: GeneratingArguments, context: Context, effect: Effect) -> Iterator[Problem]:
    """Settings that are written as null, which vLLM compares with numbers."""
    for field, example in (("temperature", "1.0"), ("top_p", "1.0"), ("top_k", "-1"), ("repetition_penalty", "1.0")):
        if getattr(sampling, field) is None and context.is_set(f"generating_args.{field}"):
            message = f"`{field}` is null, but vLLM wants a number"
            advice = f"Write `{field}: {example}`, or delete it."
            yield Problem(f"generating_args.{field}", message, advice, effect=effect)
