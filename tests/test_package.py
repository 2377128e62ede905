"""What is installed: all that is needed, nothing else, from source or from a wheel, and it works by itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from packaging.requirements import Requirement

from roll_schema.facts import releases
from roll_schema.version import VERSION
from tests.conftest import EXAMPLES, ROOT
from tests.session import installed

LICENCES = ROOT / "docs" / "reference" / "licences.md"
PERMISSIVE = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "PSF-2.0"}
"""What asks for nothing but that the notice is kept."""


class Built(NamedTuple):
    """A distribution."""

    source: Path
    wheel: Path
    """Made from `source`."""
    direct: Path
    """A wheel made from the checkout."""

    def names(self) -> list[str]:
        """What the wheel holds, but for what it says about itself."""
        return [name for name in zipfile.ZipFile(self.wheel).namelist() if ".dist-info/" not in name]

    def about(self, name: str) -> str:
        """A file in which the wheel says something about itself."""
        with zipfile.ZipFile(self.wheel) as wheel:
            [found] = [one for one in wheel.namelist() if one.endswith(f".dist-info/{name}")]
            return wheel.read(found).decode()

    def metadata(self) -> Message:
        return message_from_string(self.about("METADATA"))


def build(name: str, checkout: Path, folder: Path) -> Built:
    for words in ([str(folder)], [str(folder / "direct"), "--wheel"]):
        command = [sys.executable, "-m", "build", str(checkout), "--outdir", *words]
        subprocess.run(command, check=True, capture_output=True)
    wheel = f"{name}-{VERSION}-py3-none-any.whl"
    return Built(folder / f"{name}-{VERSION}.tar.gz", folder / wheel, folder / "direct" / wheel)


@pytest.fixture(scope="module")
def linter(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build("roll_lint", ROOT, tmp_path_factory.mktemp("roll-lint"))


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build("roll_run", ROOT / "runtime", tmp_path_factory.mktemp("roll-run"))


def tracked(*folders: str) -> list[str]:
    command = ["git", "ls-files", *folders]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_wheel_has_what_is_needed_and_nothing_else(linter: Built) -> None:
    names = set(linter.names())
    for name in releases.NAMES:
        assert f"roll_schema/facts/releases/{name}.json" in names
        assert f"roll_schema/schemas/{name}/sections.schema.json" in names
    ours = {*tracked("roll_schema"), *(f"roll_schema/{name}" for name in tracked("schemas"))}
    ours.remove("roll_schema/schemas")  # a link in the checkout
    assert names == ours
    assert {"roll_schema/py.typed", "roll_schema/facts/catalog/checkpoints.json"} < ours


def test_the_wheel_of_roll_run_has_its_code_alone(runner: Built) -> None:
    assert set(runner.names()) == {name.removeprefix("runtime/") for name in tracked("runtime/roll_runtime")}


def test_the_source_has_what_builds_it_and_nothing_else(linter: Built, runner: Built) -> None:
    for source, wanted in ((linter.source, {"roll_schema", "CHANGELOG.md"}), (runner.source, {"roll_runtime"})):
        with tarfile.open(source) as archive:
            names = [name.partition("/")[2] for name in archive.getnames()]
        top = {name.partition("/")[0] for name in names}
        assert top - {".gitignore"} == wanted | {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO"}
        assert [name for name in names if "__pycache__" in name or "/tests/" in name] == []


def test_it_is_built_the_same_again(linter: Built, runner: Built) -> None:
    """From the checkout and from the source archive, in two folders and at two moments: byte for byte."""
    for built in (linter, runner):
        assert built.wheel.read_bytes() == built.direct.read_bytes()


def test_each_has_its_own_command_and_the_licence(linter: Built, runner: Built) -> None:
    for built, command in ((linter, "roll-lint"), (runner, "roll-run")):
        _, line = built.about("entry_points.txt").splitlines()
        assert line.partition(" = ")[0] == command
        assert built.about("licenses/LICENSE") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_version_stands_in_one_place(linter: Built, runner: Built) -> None:
    """And roll-run goes with the linter of the same version."""
    assert linter.metadata()["Version"] == runner.metadata()["Version"] == VERSION
    assert f"roll-lint=={VERSION}" in runner.metadata().get_all("Requires-Dist", [])
    assert VERSION not in (ROOT / "pyproject.toml").read_text(encoding="utf-8").split()
    assert re.search(rf"^## (Unreleased|{re.escape(VERSION)})$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("form", ["source", "wheel"])
def test_it_works_in_an_empty_environment(linter: Built, runner: Built, form: str, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    install = [programs / "python", "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, str(getattr(linter, form))], env=installed(), check=True)
    check = [programs / "python", "-m", "pip", "check"]
    assert subprocess.run(check, env=installed(), capture_output=True, check=False).returncode == 0
    config = EXAMPLES / "broken" / "unknown_key.yaml"
    command = [programs / "roll-lint", "--no-cache", str(config)]
    done = subprocess.run(command, env=installed(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "error[unknown-key]" in done.stdout
    command = [programs / "roll-lint", "schema", str(config)]
    named = subprocess.run(command, env=installed(), capture_output=True, text=True, check=True)
    assert Path(unquote(named.stdout.strip().partition("$schema=")[2])).is_file()
    assert not (programs / "roll-run").exists()
    # Without the libraries that train, which take gigabytes.
    subprocess.run([*install, "--no-deps", str(getattr(runner, form))], env=installed(), check=True)
    command = [programs / "roll-run", "--plan", str(EXAMPLES / "ok" / "tiny_cpu.yaml")]
    planned = subprocess.run(command, env=installed(), capture_output=True, text=True, check=True)
    assert planned.stdout.startswith("1 device on 1 node\n")


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed_by(name: str, extras: tuple[str, ...], seen: set[str]) -> Iterator[str]:
    """The packages that are installed with one, itself left out."""
    for text in metadata.requires(name) or []:
        wanted = Requirement(text)
        given = [{"extra": extra} for extra in ("", *extras)]
        if wanted.marker and not any(wanted.marker.evaluate(one) for one in given):
            continue
        if (found := normalized(wanted.name)) not in seen:
            seen.add(found)
            yield found
            yield from needed_by(found, tuple(wanted.extras), seen)


def licences(heading: str) -> dict[str, str]:
    """A table of the page: packages and their licences."""
    _, _, rest = LICENCES.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    rows = re.findall(r"^\| `([\w.-]+)` \| (\S+) \|", rest.partition("\n## ")[0], re.MULTILINE)
    return {normalized(name): licence for name, licence in rows}


def test_all_that_roll_lint_brings_along_is_permissive() -> None:
    listed = licences("roll-lint")
    assert set(needed_by("roll-lint", ("server",), {"roll-lint"})) <= set(listed)
    assert set(listed.values()) <= PERMISSIVE
    for name, licence in listed.items():
        try:
            told = metadata.metadata(name)
        except metadata.PackageNotFoundError:  # for another Python, or another system
            continue
        classifiers = " ".join(told.get_all("Classifier") or [])
        assert (told.get("License-Expression") or licence) == licence, name
        assert told.get("License-Expression") or f"{licence.partition('-')[0]} " in classifiers, name


def test_what_roll_run_asks_for_is_listed(runner: Built) -> None:
    requirements = [Requirement(text) for text in runner.metadata().get_all("Requires-Dist", [])]
    asked = {
        normalized(one.name)
        for one in requirements
        if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in ("cpu", "gpu"))
    }
    assert asked - {"roll-lint"} - set(licences("roll-lint")) == set(licences("roll-run"))
