from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.composition.oracle import assert_as_hydra, composed
from tests.conftest import corpus_files


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """`${now:...}` must not tick between the two that are compared."""
    moment = datetime(2026, 1, 2, 3, 4, 5)
    stopped = SimpleNamespace(now=lambda: moment)
    monkeypatch.setattr("hydra.core.utils.datetime", stopped)
    monkeypatch.setattr("roll_schema.composition.resolvers.time", SimpleNamespace(strftime=moment.strftime))


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: str(path)[-60:])
def test_corpus_composes_as_hydra_composes_it(path: Path) -> None:
    assert_as_hydra(path)


def test_values_keep_what_they_replace(project: Path) -> None:
    path = project / "main" / "main.yaml"
    path.write_text("defaults: [../config/one@_here_]\nx: 9\n", encoding="utf-8")
    node = composed(path, ["++x=10"]).root.value["x"]
    assert (node.value, node.span.source.name, node.span.first) == (10, "<override>", (1, 5))
    assert [(hop.kind, hop.span.first) for hop in node.hops] == [("overridden", (2, 4))]
