"""Every rule on what vLLM, DeepSpeed or PEFT read was shown by them, or it says why it cannot be."""

from __future__ import annotations

from roll_schema.rules import RULES
from tests.write_oracles import FILE, GROUPS, NOT_SHOWN, render, rules_shown


def test_every_rule_is_shown_or_says_why_not() -> None:
    judged = {rule.name for rule in RULES.values() if rule.group in GROUPS}
    assert judged - rules_shown() == set(NOT_SHOWN) & judged
    assert set(NOT_SHOWN) <= judged
    assert not set(NOT_SHOWN) & rules_shown()


def test_the_table_in_the_docs_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == render()
