"""
A pipeline that the release does not have.

Pipelines come and go: `reward_fl` is there from ROLL 0.1.1 to 0.2.1, `sft` from 0.1.1, `rlvr_vlmath` until 0.2.0,
`onpolicy_distill` from 0.2.1. Without its start script a config cannot be run.

Not shown as an example, since a config does not name its pipeline: `--roll-release 0.3.0 --pipeline reward_fl` gives
it.
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.STARTUP)
def pipeline_not_in_release(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, fault.help)
