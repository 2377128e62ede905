"""What manuals name as their ground can be read by programs."""

from __future__ import annotations

import pytest

from roll_schema.rules import RULES
from roll_schema.rules.rule import Rule
from roll_schema.rules.sources import Source, sources_of


def test_a_range_and_a_single_version() -> None:
    ranged = Source.read("- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, BaseConfig.__post_init__")
    assert ranged == ("ROLL", "0.1.0", "0.3.0", "roll/configs/base_config.py", "BaseConfig.__post_init__")
    single = Source.read("- vLLM 0.8.4: vllm/config.py, LoRAConfig")
    assert (single.first, single.last, single.symbol) == ("0.8.4", "0.8.4", "LoRAConfig")


@pytest.mark.parametrize(
    "line", ["ROLL 0.1.0: a.py, b", "- ROLL: a.py, b", "- ROLL 0.1.0 a.py, b", "- ROLL 0.1.0: a.py"]
)
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match="ROLL"):
        Source.read(line)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_each_rules_references_are_read(rule: Rule) -> None:
    sources = sources_of(rule)
    assert sources
    assert len(sources) == rule.manual.count("\n- ", rule.manual.find("\nReferences:\n"))
