"""What a config makes of a cluster: which role sits on which GPU, in which phases it works, and what it holds there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.gpus import Gpu
from roll_schema.facts.releases import Release
from roll_schema.models.roles import USUAL, Roles
from roll_schema.models.section import Section, fields_of, known
from roll_schema.planning.holdings import DeviceGroup, hold
from roll_schema.planning.memory.vllm import KvCache
from roll_schema.planning.phases import PHASES, arithmetic
from roll_schema.planning.placement import Role, place

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig

MOST_PER_NODE = 1024
"""No machine has more GPUs; a larger number is a mistake, which is not drawn out."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a config; `arithmetic` are sentences on samples and steps, `unknown` what was missing for what."""

    name: str
    release: str
    pipeline: str
    gpu: Gpu | None
    gpus_per_node: int
    roles: tuple[Role, ...]
    phases: tuple[str, ...]
    groups: tuple[DeviceGroup, ...]
    arithmetic: tuple[str, ...]
    caches: dict[str, KvCache]
    unknown: tuple[str, ...]

    def verdict(self, group: DeviceGroup, phase: str) -> str:
        """Whether the GPU's memory suffices; empty where it does, or where the GPU is not known."""
        if self.gpu is None or group.bytes(phase) <= self.gpu.memory:
            return ""
        return "does not fit" if group.certain_bytes(phase) > self.gpu.memory else "may not fit"

    @property
    def nodes(self) -> int:
        last = max((device for role in self.roles for device in role.devices), default=-1)
        return last // self.gpus_per_node + 1

    @property
    def weighs(self) -> bool:
        """Whether anything is known of what the roles hold."""
        held = (holding for group in self.groups for holdings in group.phases.values() for holding in holdings)
        return any(holding.amounts for holding in held)

    def role(self, name: str) -> Role:
        return next(role for role in self.roles if role.name == name)


def make(
    config: Section,
    name: str,
    release: Release,
    pipeline: str,
    gpu: Gpu | None,
    gpus_per_node: int | None,
    sections: Roles = USUAL,
) -> Plan:
    """The plan of a validated config; what cannot be told is left open and named in `unknown`.

    The plan's roles are called by the `sections` that play the parts.
    """
    typed: BaseConfig = config  # type: ignore[assignment]
    placement = place(typed, pipeline, sections)
    worked = {phase for role in placement.roles for phase in role.phases}
    phases = tuple(phase for phase in PHASES if phase in worked)
    held = hold(typed, placement, phases, release, gpu, sections)
    told = gpus_per_node or dict(known(fields_of(config, "num_gpus_per_node"))).get("num_gpus_per_node") or 0
    return Plan(
        name,
        release.name,
        pipeline,
        gpu,
        min(told, MOST_PER_NODE) if told > 0 else 8,
        placement.roles,
        phases,
        held.groups,
        tuple(arithmetic(typed, placement.workers, sections)),
        held.caches,
        tuple(dict.fromkeys((*placement.unknown, *held.unknown))),
    )
