"""What is installed: all that is needed, nothing else, and it works in an empty environment."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from roll_schema import releases
from roll_schema.version import VERSION
from tests.conftest import ROOT
from tests.test_ci import Action


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    checkout = Action(folder).checkout  # building leaves folders behind where it is done
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(checkout)]
    subprocess.run(command, check=True)
    [found] = folder.glob("*.whl")
    return found


def test_the_wheel_has_what_is_needed_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name == f"roll_lint-{VERSION}-py3-none-any.whl"
    for name in releases.NAMES:
        assert f"roll_schema/releases/{name}.json" in names
        assert f"roll_schema/schemas/{name}/sections.schema.json" in names
    needed = ("py.typed", "rules/table.json", "releases/words.toml", "releases/strategies.json")
    assert [name for name in needed if f"roll_schema/{name}" not in names] == []
    assert [name for name in names if not name.startswith(("roll_schema/", "roll_runtime/", "roll_lint-"))] == []
    assert [name for name in names if "__pycache__" in name or "/tests/" in name] == []


def test_it_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    assert subprocess.run([programs / "python", "-m", "pip", "check"], capture_output=True, check=False).returncode == 0
    config = ROOT / "examples" / "broken" / "unknown_key.yaml"
    done = subprocess.run(
        [programs / "roll-lint", "--no-cache", str(config)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "error[unknown-key]" in done.stdout
    named = subprocess.run([programs / "roll-lint", "schema", str(config)], capture_output=True, text=True, check=True)
    assert Path(named.stdout.strip().partition("$schema=")[2]).is_file()
