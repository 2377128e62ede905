"""Every rule on what vLLM, DeepSpeed or PEFT read was shown by them, or it says why it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from roll_schema.rules import RULES
from roll_schema.source.diagnostic import Severity
from tests.oracles.verdicts import RELEASE, diagnostics
from tests.pages.oracles import GROUPS, NOT_SHOWN, rules_shown


def test_every_rule_is_shown_or_says_why_not() -> None:
    judged = {rule.name for rule in RULES.values() if rule.group in GROUPS}
    assert judged - rules_shown() == set(NOT_SHOWN) & judged
    assert set(NOT_SHOWN) <= judged
    assert not set(NOT_SHOWN) & rules_shown()


@pytest.mark.parametrize("release", ["0.1.3", RELEASE])
def test_the_small_config_has_no_error(release: str, model: Path) -> None:
    found = diagnostics({"pretrain": str(model)}, release)
    assert [item.message for item in found if item.severity is Severity.ERROR] == []
