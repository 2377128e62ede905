"""
A ratio of asynchronous generation that the pipeline refuses.

RLVR generates ahead by whole batches: `async_generation_ratio` is 0 (off) or at least 1, and needs
`generate_opt_level: 1`.

    async_generation_ratio: 0.5   # error: [async-ratio]

Switch it on with 1 or more:

    async_generation_ratio: 1
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.diagnostic import Severity
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.rule import Problem, rule


@rule(Severity.ERROR, fails="at load", releases=">=0.1.3")
def async_ratio(config: RLVRConfig) -> Iterator[Problem]:
    ratio = config.async_generation_ratio
    if ratio <= 0:
        return
    if ratio < 1:
        message = f"`async_generation_ratio` is {ratio}, but RLVR takes 0 (off) or at least 1"
        yield Problem("async_generation_ratio", message, "Write 1 to generate one batch ahead, or 0.")
    if config.generate_opt_level != 1:
        message = f"asynchronous generation needs `generate_opt_level: 1`, but it is {config.generate_opt_level}"
        also = {"async_generation_ratio": "asynchronous generation is switched on here"}
        yield Problem("generate_opt_level", message, "Write `generate_opt_level: 1`.", also)
