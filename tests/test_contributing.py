"""What CONTRIBUTING.md says of the code is so."""

from __future__ import annotations

import ast
import re
import sys
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from roll_schema import cli
from tests.conftest import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CONFIG = """\
rewards: {}
actor_train:
  model_args:
    lora_target: q_proj,v_proj
    lora_rank: 24
"""


def test_the_folders_are_listed_in_the_order_of_the_contract() -> None:
    contract = re.search(r"layers = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.S)
    assert contract is not None
    layers = [name.removeprefix("roll_schema.") for name in re.findall(r'"(.+?)"', contract[1])]
    folders = [name for name in layers if (ROOT / "roll_schema" / name).is_dir()]
    said = {}
    for name in folders:
        module = ast.parse((ROOT / "roll_schema" / name / "__init__.py").read_text(encoding="utf-8"))
        said[name] = (ast.get_docstring(module) or "").partition("\n")[0]
    listed = re.findall(r"^(\w+) {2,}(.+)$", TEXT, re.M)
    assert listed == [(name, said[name]) for name in folders]
    loose = {path.name for path in (ROOT / "roll_schema").glob("*.py")}
    assert loose == {"__init__.py", "__main__.py", "api.py", "version.py"}


def test_a_value_passes_the_functions_that_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    named = re.findall(r"^\d+\. `([a-z_.]+)` ", TEXT, re.M)
    assert len(named) == 12
    codes: dict[Any, str] = {}
    for name in named:
        module, _, function = name.rpartition(".")
        found = getattr(import_module(f"roll_schema.{module}"), function)
        found = getattr(found, "check", getattr(found, "callback", found))  # a rule, a command
        codes[getattr(found, "__wrapped__", found).__code__] = name
    passed: dict[str, None] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in codes:
            passed[codes[frame.f_code]] = None

    (tmp_path / "c.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    sys.setprofile(note)
    try:
        with pytest.raises(SystemExit):
            cli.run(["--no-cache", "c.yaml"])
    finally:
        sys.setprofile(None)
    assert list(passed) == named
    assert "--> c.yaml:5:16" in capsys.readouterr().out
