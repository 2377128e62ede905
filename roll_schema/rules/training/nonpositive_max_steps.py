"""
Non-positive `max_steps`.

RLVR asserts `max_steps > 0` when the pipeline is built. -1 does not mean "until the data ends".

    max_steps: -1   # error: [nonpositive-max-steps]

Set the number of steps:

    max_steps: 500

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, RLVRPipeline.__init__
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_vlm_pipeline.py, RLVRVLMPipeline.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import BY_DOMAIN, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=BY_DOMAIN)
def nonpositive_max_steps(config: RLVRConfig) -> Iterator[Problem]:
    if config.max_steps <= 0:
        yield Problem("max_steps", f"`max_steps` must be positive, found `{config.max_steps}`", "set `max_steps: 500`")
