"""
Overwritten generating arguments.

On `actor_infer`, RLVR sets `num_return_sequences` to `num_return_sequences_in_group`, and `max_new_tokens` to
`sequence_length` - `prompt_length`. On `validation`, it sets `max_new_tokens` to `val_sequence_length` -
`val_prompt_length`, or to the difference of the training lengths if those are not set. The values of the config have no
effect.

    prompt_length: 1024
    response_length: 2048
    actor_infer:
      generating_args:
        max_new_tokens: 4096   # info: [overwritten-generating-args]

Set the lengths:

    prompt_length: 1024
    response_length: 4096
    actor_infer:
      generating_args:
        max_new_tokens: ${response_length}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_config.py, RLVRConfig.__post_init__
- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, BaseConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.IGNORED)
def overwritten_generating_args(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig | None, key: str, value: int, origin: str) -> Iterator[Problem]:
        sampling = worker.generating_args if worker is not None else None
        field = f"{role}.generating_args.{key}"
        if sampling is not None and context.is_set(field) and getattr(sampling, key) != value:
            message = f"`{key}: {shown(getattr(sampling, key))}` is ignored: ROLL sets {value} (`{origin}`)"
            yield Problem(field, message, f"remove `{key}`")

    rollout, group = config.actor_infer, "num_return_sequences_in_group"
    yield from judge("actor_infer", rollout, "num_return_sequences", config.num_return_sequences_in_group, group)
    prompt, total, origin = config.prompt_length, config.sequence_length, "sequence_length - prompt_length"
    if not total and config.response_length:
        total, origin = (prompt or 0) + config.response_length, "response_length"
    if prompt is None or not total:
        return
    yield from judge("actor_infer", rollout, "max_new_tokens", total - prompt, origin)
    if config.val_prompt_length and config.val_sequence_length:
        prompt, total = config.val_prompt_length, config.val_sequence_length
        origin = "val_sequence_length - val_prompt_length"
    yield from judge("validation", config.validation, "max_new_tokens", total - prompt, origin)
