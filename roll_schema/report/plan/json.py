"""A plan as a document for machines."""

from __future__ import annotations

import json
from typing import Any

from roll_schema.planning.holdings import DeviceGroup
from roll_schema.planning.placement import Role
from roll_schema.planning.plan import Plan
from roll_schema.version import VERSION


def render(plan: Plan) -> str:
    """The plan as JSON; sizes in bytes, `memory` by phase and role for the GPUs of a group."""
    document = {
        "version": 1,
        "tool": {"name": "roll-lint", "version": VERSION},
        "file": plan.name,
        "release": plan.release,
        "pipeline": plan.pipeline,
        "gpu": plan.gpu and {"name": plan.gpu.name, "title": plan.gpu.title, "memory": plan.gpu.memory},
        "nodes": plan.nodes,
        "gpus_per_node": plan.gpus_per_node,
        "phases": list(plan.phases),
        "roles": [_role(role) for role in plan.roles],
        "groups": [_group(group) for group in plan.groups],
        "kv_caches": {
            name: {
                "bytes": cache.bytes,
                "bytes_per_token": cache.bytes_per_token,
                "tokens": cache.tokens,
                "longest": cache.longest,
                "sequence": cache.sequence,
            }
            for name, cache in plan.caches.items()
        },
        "arithmetic": list(plan.arithmetic),
        "unknown": list(plan.unknown),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _role(role: Role) -> dict[str, Any]:
    return {
        "name": role.name,
        "strategy": role.strategy or None,
        "model": role.model,
        "devices": list(role.devices),
        "gpus_per_worker": role.per_worker if role.devices else None,
        "processes": role.processes,
        "phases": list(role.phases),
        "parameters": role.weights and role.weights.total,
        "trained_parameters": role.weights and role.weights.tuned,
        "summary": role.summary,
    }


def _group(group: DeviceGroup) -> dict[str, Any]:
    memory = {
        phase: {
            holding.role: {
                "complete": holding.complete,
                "amounts": [
                    {
                        "what": amount.what,
                        "bytes": amount.bytes,
                        "bound": amount.bound,
                        "on_host": amount.host,
                        "formula": amount.formula,
                        "source": amount.source,
                    }
                    for amount in holding.amounts
                ],
            }
            for holding in holdings
        }
        for phase, holdings in group.phases.items()
    }
    return {"devices": list(group.devices), "roles": list(group.roles), "memory": memory}
