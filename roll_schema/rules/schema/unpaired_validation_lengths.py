"""
One of the two validation lengths without the other.

ROLL asserts at load that `val_prompt_length` and `val_sequence_length` are set together or not at all.

    val_prompt_length: 1024   # error: [unpaired-validation-lengths]

Set both:

    val_prompt_length: 1024
    val_sequence_length: 3072
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, fails="at load")
def unpaired_validation_lengths(config: BaseConfig) -> Iterator[Problem]:
    pair = ("val_prompt_length", "val_sequence_length")
    for name, other in (pair, reversed(pair)):
        if getattr(config, name) and not getattr(config, other):
            yield Problem(name, f"`{name}` is set, but `{other}` is not", f"Set `{other}` too, or delete both.")
