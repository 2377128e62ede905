"""What is held when: on which GPUs the same roles sit, and what each of these holds there in every phase."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.gpus import Gpu
from roll_schema.facts.missing import FactMissing
from roll_schema.facts.releases import Release
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Unresolved
from roll_schema.planning import memory, workers
from roll_schema.planning.memory import vllm
from roll_schema.planning.memory.common import Amount, Weights
from roll_schema.planning.memory.vllm import KvCache
from roll_schema.planning.phases import is_async
from roll_schema.planning.placement import Placement, Role

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.roles import Roles
    from roll_schema.models.worker_config import WorkerConfig


@dataclass(frozen=True, slots=True)
class Holding:
    """What a role holds on each GPU of a group in a phase; not `complete` where some of it is not known."""

    role: str
    works: bool
    amounts: tuple[Amount, ...]
    complete: bool

    @property
    def bytes(self) -> int:
        return sum(amount.bytes for amount in self.amounts if not amount.host)

    @property
    def certain_bytes(self) -> int:
        return sum(amount.bytes for amount in self.amounts if self.counts(amount))

    def counts(self, amount: Amount) -> bool:
        """Whether an amount is there in any case: no bound, and no cache at work, which takes what is left."""
        takes_what_is_left = amount.what == "KV cache" and self.works
        return not (amount.host or amount.bound or takes_what_is_left)


@dataclass(frozen=True, slots=True)
class DeviceGroup:
    """GPUs with the same roles on them, and what these hold in each phase."""

    devices: tuple[int, ...]
    roles: tuple[str, ...]
    phases: dict[str, tuple[Holding, ...]]

    def bytes(self, phase: str) -> int:
        return sum(holding.bytes for holding in self.phases[phase])

    def certain_bytes(self, phase: str) -> int:
        return sum(holding.certain_bytes for holding in self.phases[phase])

    def known(self, phase: str) -> bool:
        return all(holding.complete for holding in self.phases[phase])


@dataclass(frozen=True, slots=True)
class Held:
    """What all roles hold; `caches` are those of engines by role, `unknown` is what was missing for what."""

    groups: tuple[DeviceGroup, ...]
    caches: dict[str, KvCache]
    unknown: tuple[str, ...]


def hold(
    config: BaseConfig,
    placement: Placement,
    phases: tuple[str, ...],
    release: Release,
    gpu: Gpu | None,
    sections: Roles,
) -> Held:
    """What the roles of a placement hold in the phases of a step."""
    holder = _Holder(config, placement.workers, release, gpu, sections)
    groups = tuple(holder.groups(placement.roles, phases))
    return Held(groups, holder.caches, tuple(holder.unknown))


class _Holder:
    def __init__(
        self, config: BaseConfig, placed: dict[str, WorkerConfig], release: Release, gpu: Gpu | None, sections: Roles
    ) -> None:
        self.config, self.workers, self.release, self.gpu, self.sections = config, placed, release, gpu, sections
        self.caches: dict[str, KvCache] = {}
        self.unknown: list[str] = []

    def groups(self, roles: tuple[Role, ...], phases: tuple[str, ...]) -> Iterator[DeviceGroup]:
        """GPUs by the roles that sit on them."""
        found: dict[tuple[str, ...], list[int]] = {}
        for device in sorted({device for role in roles for device in role.devices}):
            found.setdefault(tuple(role.name for role in roles if device in role.worker_of), []).append(device)
        holdings = {(role.name, phase): self.holding(role, phase) for role in roles if role.devices for phase in phases}
        for names, devices in found.items():
            held = {phase: tuple(holdings[name, phase] for name in names) for phase in phases}
            yield DeviceGroup(tuple(devices), names, held)

    def holding(self, role: Role, phase: str) -> Holding:
        works = phase in role.phases or (role.name == self.sections.infer and is_async(self.config))
        amounts: list[Amount] = []
        complete = True
        try:
            for amount in self.amounts(role, phase, works=works):
                amounts.append(amount)
        except (FactMissing, Unresolved) as missing:
            complete = False
            if str(missing) == "gpu":
                self.unknown.append("what engines hold depends on the GPU: name it with --gpu")
            elif role.weights is not None:
                self.unknown.append(f"{role.name}: not all of its memory, for want of {missing}")
        return Holding(role.name, works, tuple(amounts), complete)

    def amounts(self, role: Role, phase: str, *, works: bool) -> Iterator[Amount]:
        """What a role holds, as far as it is known before FactMissing is raised."""
        worker = self.workers[role.name]
        is_engine = workers.runs_on(worker, "vllm", "sglang")
        if not works and not (is_engine and self.stays(role)):
            return
        weights = role.weights
        if weights is None:
            raise FactMissing("model")
        if is_engine:
            yield from self.engine(role, worker, weights, only_weights=phase == "sync" and not self.stays(role))
        elif phase == "train":
            yield from memory.training(self.config, worker, weights, self.release)
        elif phase == "sync":
            held = ("weights", "trained weights", "adapter")  # which come first
            rows = memory.training(self.config, worker, weights, self.release)
            yield from takewhile(lambda row: row.what in held, rows)
        else:
            yield from memory.forward(self.config, worker, weights)

    def engine(self, role: Role, worker: WorkerConfig, weights: Weights, *, only_weights: bool) -> Iterator[Amount]:
        if self.gpu is None:
            raise FactMissing("gpu")
        rows, cache = vllm.engine(self.config, worker, weights, self.gpu)
        if cache is not None:
            self.caches[role.name] = cache
        yield from (row for row in rows if not only_weights or row.what in ("weights", "adapter slots"))

    def stays(self, role: Role) -> bool:
        """Whether nobody takes an engine off its GPUs, by the conditions in ROLL's `vllm_strategy.py`."""
        if role.name != self.sections.infer or not isinstance(self.config, PPOConfig):
            return self.release.matches("<0.2.1")  # from there on a judge sleeps between its calls
        mine = set(role.devices)
        train = workers.device_set(self.config.actor_train) if self.config.actor_train is not None else set()
        if self.release.matches("<0.2.0"):
            return not mine <= train
        others = [self.config.actor_train]
        others += [self.config.reference] if workers.has_reference(self.config) else []
        others += [self.config.critic] if self.config.adv_estimator == "gae" else []
        return not any(mine & workers.device_set(other) for other in others)
