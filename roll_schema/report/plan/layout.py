"""What every picture of a plan shows: rows of nodes that look alike, colours of roles, sizes for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from roll_schema.facts.catalog.gpus import GIB
from roll_schema.planning.placement import Role
from roll_schema.planning.plan import Plan
from roll_schema.source.secrets import printable

PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800", "#7f7f7f")
"""Colours that people with colour blindness tell apart (Okabe and Ito 2008)."""


@dataclass(frozen=True, slots=True)
class NodeRow:
    """Nodes that have the same roles on the same GPUs; `first` stands for all `count` of them."""

    first: int
    count: int

    @property
    def title(self) -> str:
        if self.count == 1:
            return f"node {self.first}"
        return f"nodes {self.first} to {self.first + self.count - 1} ({self.count} alike)"


def node_rows(plan: Plan) -> list[NodeRow]:
    """The nodes in order, neighbours that look alike together."""
    rows: list[NodeRow] = []
    last: object = None
    used = sorted({device // plan.gpus_per_node for role in plan.roles for device in role.devices})
    for node in used:
        if rows and node != rows[-1].first + rows[-1].count:
            last = None  # nodes in between have no role
        pattern = [roles_on(plan, device) for device in devices_of(plan, node)]
        if rows and pattern == last:
            rows[-1] = NodeRow(rows[-1].first, rows[-1].count + 1)
        else:
            rows.append(NodeRow(node, 1))
        last = pattern
    return rows


def devices_of(plan: Plan, node: int) -> range:
    return range(node * plan.gpus_per_node, (node + 1) * plan.gpus_per_node)


def roles_on(plan: Plan, device: int) -> list[str]:
    return [role.name for role in plan.roles if device in role.worker_of]


def placed(plan: Plan) -> list[Role]:
    """The roles on GPUs."""
    return [role for role in plan.roles if role.devices]


def colors(plan: Plan) -> dict[str, str]:
    return {role.name: PALETTE[number % len(PALETTE)] for number, role in enumerate(plan.roles)}


def gib(size: int) -> str:
    """Bytes as GiB with a useful number of digits."""
    value = size / GIB
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 0.1 or not size else f"{value:.2g}"


def markup(text: str) -> str:
    """Text for SVG and HTML."""
    return escape(printable(text))


def caches(plan: Plan) -> Iterator[str]:
    """How much each engine's KV cache holds."""
    for name, cache in plan.caches.items():
        if cache.bytes <= 0:
            yield f"{name}: no memory is left for a KV cache"
            continue
        yield (
            f"{name}: a KV cache of {gib(cache.bytes)} GiB on each GPU holds {cache.tokens:,} tokens, "
            f"{cache.sequences:,.1f} sequences of {cache.sequence:,} at a time"
        )


def subtitle(plan: Plan) -> str:
    nodes = f"{plan.nodes} node{'s' * (plan.nodes != 1)} × {plan.gpus_per_node} GPU{'s' * (plan.gpus_per_node != 1)}"
    gpu = f" ({plan.gpu.title}, {gib(plan.gpu.memory)} GiB each)" if plan.gpu else ""
    return f"ROLL {plan.release}, pipeline {plan.pipeline}, {nodes}{gpu}"
