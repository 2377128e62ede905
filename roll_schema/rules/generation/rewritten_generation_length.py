"""
A length or number of answers that ROLL overwrites.

On `actor_infer`, ROLL replaces `max_new_tokens` by `sequence_length` - `prompt_length` and `num_return_sequences` by
`num_return_sequences_in_group`; on `validation`, it replaces `max_new_tokens` by the difference of the validation
lengths (those of training where there are none). What is written there counts for nothing.

    prompt_length: 1024
    response_length: 2048
    actor_infer:
      generating_args:
        max_new_tokens: 4096   # info: [rewritten-generation-length]

Set the lengths themselves:

    prompt_length: 1024
    response_length: 4096
    actor_infer:
      generating_args:
        max_new_tokens: ${response_length}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.INFO, effect=Effect.IGNORED)
def rewritten_generation_length(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    group, rollout = config.num_return_sequences_in_group, config.actor_infer
    field = "actor_infer.generating_args.num_return_sequences"
    sampling = rollout.generating_args
    if sampling is not None and context.is_set(field) and sampling.num_return_sequences != group:
        what = f"`num_return_sequences` of `{roles.infer}`"
        yield _rewritten(field, what, sampling.num_return_sequences, f"`num_return_sequences_in_group`, {group}")
    prompt, total, formula = config.prompt_length, config.sequence_length, "`sequence_length` - `prompt_length`"
    if not total and config.response_length:
        total, formula = (prompt or 0) + config.response_length, "`response_length`"
    field = "actor_infer.generating_args.max_new_tokens"
    if prompt is None or not total:
        return
    if sampling is not None and context.is_set(field) and sampling.max_new_tokens != total - prompt:
        shown = f"{formula}, {total - prompt}"
        yield _rewritten(field, f"`max_new_tokens` of `{roles.infer}`", sampling.max_new_tokens, shown)
    if config.val_prompt_length and config.val_sequence_length:
        prompt, total = config.val_prompt_length, config.val_sequence_length
        formula = "`val_sequence_length` - `val_prompt_length`"
    field = "validation.generating_args.max_new_tokens"
    sampling = config.validation.generating_args if config.validation is not None else None
    if sampling is not None and context.is_set(field) and sampling.max_new_tokens != total - prompt:
        shown = f"{formula}, {total - prompt}"
        yield _rewritten(field, "`max_new_tokens` of `validation`", sampling.max_new_tokens, shown)


def _rewritten(field: str, what: str, value: int | None, becomes: str) -> Problem:
    shown = "null" if value is None else value
    message = f"{what} is not {shown}: ROLL overwrites it with {becomes}"
    return Problem(field, message, help=f"Leave `{field.rpartition('.')[2]}` out, or set what ROLL takes it from.")
