"""Plans that the tests look at."""

from __future__ import annotations

from functools import cache

from roll_schema.engine.result import Result
from roll_schema.facts.catalog.gpus import GPUS
from roll_schema.planning import plan
from roll_schema.planning.plan import Plan
from tests.support import lint_path
from tests.write_examples import PLANNED


def plan_of(result: Result, gpu: str | None = "h100-80g") -> Plan:
    assert result.config is not None
    kind = GPUS[gpu] if gpu else None
    return plan.make(result.config, result.file, result.facts, result.pipeline.name, kind, None, result.roles)


@cache
def lora() -> Plan:
    """The plan of the example that is drawn in the docs."""
    return plan_of(lint_path(PLANNED))


def amounts(made: Plan, device: int, phase: str, role: str) -> dict[str, int]:
    """What a role holds on a GPU in a phase, by what it is."""
    group = next(group for group in made.groups if device in group.devices)
    holding = next(holding for holding in group.phases[phase] if holding.role == role)
    return {amount.what: amount.bytes for amount in holding.amounts}
