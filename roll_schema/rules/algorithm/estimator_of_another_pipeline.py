"""
Advantage estimator of the agentic pipelines.

Detects `adv_estimator` values in RLVR that only the agentic pipelines implement. `agentic_reinforce` fails at the first
step, after all models were loaded and the first rollout is done. `gigpo` and `step_reinforce` silently act as
`reinforce`, since a response in RLVR has no turns.

    adv_estimator: agentic_reinforce   # error: [estimator-of-another-pipeline]

Use an estimator of RLVR:

    adv_estimator: reinforce

References:

- ROLL 0.1.3-0.3.0: roll/utils/functionals.py, compute_advantage
- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, adv_estimator: Literal["gae", "reinforce", "grpo", "gigpo"
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
    estimator, advice = config.adv_estimator, "set `adv_estimator: reinforce`"
    if estimator == "agentic_reinforce":
        yield Problem("adv_estimator", "`adv_estimator: agentic_reinforce` is not implemented in RLVR", advice)
    elif estimator in ("gigpo", "step_reinforce"):
        message = f"`adv_estimator: {estimator}` acts as `reinforce` in RLVR: a response has no turns"
        yield Problem("adv_estimator", message, advice, effect=Effect.DIFFERENT, severity=Severity.WARNING)
