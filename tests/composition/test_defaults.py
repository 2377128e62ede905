from __future__ import annotations

from pathlib import Path

import pytest

from tests.composition.oracle import assert_as_hydra
from tests.support import lint_path

CONFIGS = [
    "defaults: [../config/one@_here_, ../config/two@_here_]\nx: 9\n",
    "defaults: [../config/two@_here_, ../config/one@_here_]\n",
    "defaults: [_self_, ../config/one@_here_]\nx: 9\nshared: {a: 7}\n",
    "defaults: [../config/one@_here_, _self_, ../config/two@_here_]\nx: 9\n",
    "defaults: [../config/one@a.b, ../config/two@_global_]\nx: 9\n",
    "defaults: [../config/nested@_here_]\n",
    "defaults: [../config/nested@outer]\n",
    "defaults: [../config/headed@_here_]\n",
    "defaults:\n  - ../config/headed\n",
    "defaults:\n  - ../config/one.yaml@_here_\n",
    "defaults:\n  - group: local\n",
    "defaults:\n  - ../group: alpha\n",
    "defaults:\n  - ../group@_here_: [alpha, beta]\n",
    "defaults:\n  - optional ../group@g: nope\n  - optional group@g: local\n",
    "defaults:\n  - group: null\n",
    "defaults:\n  - group@g: local\n  - override group@g: local\n",
    "defaults:\n  - ../config/one\n",
    "defaults: []\nx: 1\n",
    "defaults:\n  - ../config/missing@_here_\n",
    "defaults: ../config/one\n",
    "defaults:\n",
    "defaults:\n  - 1\n",
    "defaults:\n  -\n",
    "defaults:\n  - {a: b, c: d}\n",
    "defaults: [_self_, _self_]\n",
    "defaults:\n  - main\n",
    "hydra: {run: {dir: .}, output_subdir: null}\nx: 1\n",
    "hydra: {runn: {dir: .}}\nx: 1\n",
    "hydra: 1\n",
    "hydra:\nx: 1\n",
    "hydra:\n  searchpath: [file://{root}/config]\ndefaults: [one@_here_]\n",
    "defaults: [../config/one@_here_]\nuse: ${shared}\nshared: {b: [3]}\n",
    "base: {a: 1}\nuse: ${base}\n",
    "defaults: [../config/one@_here_]\nshared: [1]\n",
    "x: ???\ny: 1\n",
    "- 1\n- 2\n",
]


@pytest.mark.parametrize("text", CONFIGS)
def test_defaults_as_hydra_reads_them(project: Path, text: str) -> None:
    path = project / "main" / "main.yaml"
    path.write_text(text.replace("{root}", str(project)), encoding="utf-8")
    assert_as_hydra(path)


@pytest.mark.parametrize("choice", ["2", "0", "1.5", "true", "{a: b}", "[a, 2]"])
def test_a_choice_that_is_no_name(project: Path, choice: str) -> None:
    (project / "c.yaml").write_text(f"defaults:\n  - group: {choice}\nrewards: {{}}\n", encoding="utf-8")
    result = lint_path(project / "c.yaml")
    assert [(item.rule, item.span.first) for item in result.diagnostics][:1] == [("invalid-defaults", (2, 12))]
