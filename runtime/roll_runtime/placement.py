"""Where every worker of a run sits: `device_mapping` to nodes, devices and shares of devices. Pure arithmetic.

A device is a GPU, or on a machine without GPUs a logical slot; its number counts through the nodes, as ROLL counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from roll_runtime.errors import EnvironmentProblem
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.planning import workers

ROLES = ("actor_train", "actor_infer")
"""The roles that sit on devices; the reference is the trainer without its adapter, rewards need no device."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One worker: its rank in the role, its devices in order, the share that it has of each, and its node."""

    role: str
    rank: int
    node: int
    devices: tuple[int, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Placement:
    """All seats; `nodes` has the devices that each node must have free, in order, by node."""

    seats: tuple[Seat, ...]
    nodes: dict[int, tuple[int, ...]]
    devices_per_node: int

    def of(self, role: str) -> tuple[Seat, ...]:
        """The seats of a role by rank."""
        return tuple(seat for seat in self.seats if seat.role == role)

    @property
    def demand(self) -> int:
        """Devices in all."""
        return sum(map(len, self.nodes.values()))


def plan(config: RLVRConfig, devices_per_node: int) -> Placement:
    """Place every worker; raises EnvironmentProblem where one would lie across two nodes."""
    mapping = {role: workers.device_ids(getattr(config, role)) or [] for role in ROLES}
    users = Counter(device for devices in mapping.values() for device in devices)
    seats = []
    for role, devices in mapping.items():
        size = workers.gpus_per_worker(getattr(config, role)) or 1
        for rank, start in enumerate(range(0, len(devices), size)):
            own = tuple(devices[start : start + size])
            nodes = {device // devices_per_node for device in own}
            if len(nodes) > 1:
                raise EnvironmentProblem(
                    f"worker {rank} of {role} needs devices {list(own)}, which lie on {len(nodes)} nodes of "
                    f"{devices_per_node}: change `device_mapping` or `tensor_parallel_size`"
                )
            seats.append(Seat(role, rank, nodes.pop(), own, 1 / max(users[device] for device in own)))
    by_node: dict[int, list[int]] = {}
    for device in sorted(users):
        by_node.setdefault(device // devices_per_node, []).append(device)
    return Placement(tuple(seats), {node: tuple(own) for node, own in by_node.items()}, devices_per_node)


def lines(placement: Placement) -> list[str]:
    """The placement for people: nodes that look alike are told together, devices by their number on the node."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for node in placement.nodes:
        alike.setdefault(tuple(_on_node(placement, node)), []).append(node)
    devices, nodes = placement.demand, len(placement.nodes)
    text = [f"{devices} device{'s' * (devices != 1)} on {nodes} node{'s' * (nodes != 1)}"]
    for roles, numbers in alike.items():
        text.append(f"node {numbers[0]}" if len(numbers) == 1 else f"nodes {_runs(numbers)}, each")
        text.extend(roles)
    return text


def _on_node(placement: Placement, node: int) -> list[str]:
    """A line per role that has workers on a node."""
    text = []
    first = node * placement.devices_per_node
    for role in ROLES:
        seats = [seat for seat in placement.of(role) if seat.node == node]
        if seats:
            numbers = [device - first for seat in seats for device in seat.devices]
            size = len(seats[0].devices)
            workers = f"{len(seats):4} worker{'s' * (len(seats) != 1)}, {size} device{'s' * (size != 1)} each"
            shared = f", sharing ({seats[0].share:.2g} of a device)" if seats[0].share < 1 else ""
            text.append(f"  {role:12} {workers}: {_runs(numbers)}{shared}")
    return text


def _runs(devices: list[int]) -> str:
    """`0-3,8`: neighbours folded."""
    parts: list[list[int]] = []
    for device in devices:
        if parts and device == parts[-1][-1] + 1:
            parts[-1].append(device)
        else:
            parts.append([device])
    return ",".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)
