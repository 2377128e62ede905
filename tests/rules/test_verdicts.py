"""What rules say to the letter, at the edges that mutation testing found to matter too."""

from __future__ import annotations

import pytest

from roll_schema.rules import RULES
from tests.rules.verdicts import cases, section, sections
from tests.support import examples

CASES = cases()
SECTIONS = sections()


@pytest.mark.parametrize("name", CASES)
def test_verdicts(name: str) -> None:
    """`make examples` writes the file; read the difference."""
    assert section(name, CASES[name]) == SECTIONS[name]


def test_every_firing_example_has_one() -> None:
    assert {name for name, rule in RULES.items() if examples(rule)[0]} <= set(CASES)
