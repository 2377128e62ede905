"""Any value at any place: linting and planning go on, whatever the config holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from roll_schema.facts.catalog.gpus import GPUS, Cluster
from roll_schema.planning import plan
from roll_schema.report import text
from roll_schema.report.plan import json as plan_json
from roll_schema.report.plan import svg as plan_svg
from roll_schema.report.plan import text as plan_text
from tests.conftest import EXAMPLES
from tests.facts.test_catalog import HOSTILE
from tests.patience import processor_limit
from tests.support import lint_path, lint_text

VALUES = [
    "1e30",
    "-1",
    "0",
    "abc",
    "null",
    "[]",
    "{}",
    "'${nothing}'",
    ".inf",
    ".nan",
    "true",
    "'1'",
    "1000000000000000000000000000000",
]
EACH = 3
"""Of the values, how many are tried at each place; the next place goes on with the next ones."""


def places(tree: Any, path: str = "") -> Iterator[str]:
    """Every dotted path of a composed config."""
    for key, node in tree.value.items():
        below = f"{path}.{key}" if path else key
        yield below
        if isinstance(node.value, dict):
            yield from places(node, below)


@pytest.mark.parametrize("path", sorted((EXAMPLES / "ok").glob("*.yaml")), ids=lambda path: path.stem)
def test_no_value_breaks_lint_or_plan(path: Path) -> None:
    composed = lint_path(path).composed
    assert composed is not None
    values = cycle(VALUES)
    machines = {"gpu": GPUS["h100-80g"], "cluster": Cluster(2, 8)}
    for place in places(composed):
        for value in islice(values, EACH):
            result = lint_path(path, overrides=(f"++{place}={value}",), **machines)
            list(text.full([result]))
            if result.config is None:
                continue
            made = plan.make(
                result.config, "x", result.facts, result.pipeline.name, machines["gpu"], None, result.roles
            )
            list(plan_text.render(made, colored=True))
            plan_svg.render(made)
            plan_json.render(made)


@pytest.mark.parametrize("pattern", HOSTILE, ids=range(len(HOSTILE)))
def test_no_pattern_keeps_lint_busy(pattern: str) -> None:
    """A `lora_target` is untrusted text, and one that takes forever would hang an editor or a build."""
    adapter = f"{{model_args: {{lora_target: {json.dumps(pattern)}, lora_rank: 8}}}}"
    text = f"pretrain: Qwen/Qwen3-30B-A3B\nactor_train: {adapter}\nactor_infer: {adapter}\n"
    with processor_limit(30):
        lint_text(text, gpu=GPUS["h100-80g"])
