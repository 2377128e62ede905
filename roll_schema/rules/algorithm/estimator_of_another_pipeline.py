"""
An advantage estimator that only the agentic pipelines implement.

RLVR declares all estimators: `agentic_reinforce` raises NotImplementedError in the first training step, after models
were loaded and the first rollout is done; `gigpo` and `step_reinforce` silently are plain `reinforce`.

    adv_estimator: agentic_reinforce   # error: [estimator-of-another-pipeline]

Write one of RLVR's own:

    adv_estimator: reinforce
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3", pipelines=RLVR_TRAINING)
def estimator_of_another_pipeline(config: RLVRConfig) -> Iterator[Problem]:
    name = config.adv_estimator
    if name == "agentic_reinforce":
        message = "RLVR does not implement `agentic_reinforce`, and stops when it first computes advantages"
        yield Problem("adv_estimator", message, "Write `adv_estimator: reinforce`, `grpo` or `gae`.")
    elif name in ("gigpo", "step_reinforce"):
        message = f"in RLVR, `{name}` is plain `reinforce`: there are no steps within an answer"
        yield Problem(
            "adv_estimator",
            message,
            "Write `adv_estimator: reinforce`.",
            effect=Effect.DIFFERENT,
            severity=Severity.WARNING,
        )
