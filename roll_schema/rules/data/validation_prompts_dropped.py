"""
Validation prompt limit above the training limit.

RLVR drops prompts of more than `prompt_length` tokens from the training data, and from the validation data as well. A
larger `val_prompt_length` does not bring them back.

    prompt_length: 1024
    val_prompt_length: 4096   # warning: [validation-prompts-dropped]
    val_sequence_length: 8192

Raise the limit of training:

    prompt_length: 4096
    val_prompt_length: 4096
    val_sequence_length: 8192

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, preprocess_dataset
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, RLVRPipeline.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=("rlvr",))
def validation_prompts_dropped(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    validation, training = config.val_prompt_length, config.prompt_length
    if validation and training and validation > training:
        message = f"`val_prompt_length` {validation} exceeds `prompt_length` {training}: longer prompts are dropped"
        notes = context.where_set({"prompt_length": "limit of training and validation"})
        yield Problem("val_prompt_length", message, f"set `prompt_length: {validation}`", notes)
