"""What is installed: all that is needed, nothing else, from source or from a wheel, and it works by itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
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
    source: Path
    wheel: Path
    """Made from `source`."""
    direct: Path
    """A wheel made from the checkout."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder, direct = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("direct")
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)], check=True, capture_output=True)
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(direct), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    name = f"roll_lint-{VERSION}"
    wheel = f"{name}-py3-none-any.whl"
    return Built(folder / f"{name}.tar.gz", folder / wheel, direct / wheel)


def test_the_wheel_has_what_is_needed_and_nothing_else(built: Built) -> None:
    names = zipfile.ZipFile(built.wheel).namelist()
    for name in releases.NAMES:
        assert f"roll_schema/facts/releases/{name}.json" in names
        assert f"roll_schema/schemas/{name}/sections.schema.json" in names
    command = ["git", "ls-files", "roll_schema", "runtime/roll_runtime", "schemas"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    ours = {f"roll_schema/{name}" if name.startswith("schemas/") else name.removeprefix("runtime/") for name in tracked}
    ours.remove("roll_schema/schemas")  # a link in the checkout
    assert {name for name in names if ".dist-info/" not in name} == ours
    assert {"roll_schema/py.typed", "roll_schema/rules/table.json", "roll_schema/facts/catalog/checkpoints.json"} < ours


def test_the_source_has_what_builds_it_and_nothing_else(built: Built) -> None:
    with tarfile.open(built.source) as source:
        names = [name.partition("/")[2] for name in source.getnames()]
    top = {name.partition("/")[0] for name in names}
    wanted = {"roll_schema", "runtime", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "PKG-INFO"}
    assert top - {".gitignore"} == wanted
    assert [name for name in names if "__pycache__" in name or "/tests/" in name] == []


def test_it_is_built_the_same_again(built: Built) -> None:
    """From the checkout and from the source archive, in two folders and at two moments: byte for byte."""
    assert built.wheel.read_bytes() == built.direct.read_bytes()


def test_the_version_stands_in_one_place(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        told = wheel.read(f"roll_lint-{VERSION}.dist-info/METADATA").decode()
    assert f"\nVersion: {VERSION}\n" in told
    assert VERSION not in (ROOT / "pyproject.toml").read_text(encoding="utf-8").split()
    assert re.search(rf"^## (Unreleased|{re.escape(VERSION)})$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("form", ["source", "wheel"])
def test_it_works_in_an_empty_environment(built: Built, form: str, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    install = [programs / "python", "-m", "pip", "install", "--quiet", str(getattr(built, form))]
    subprocess.run(install, env=installed(), check=True)
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


@pytest.mark.parametrize("extra", ["run", "cpu", "gpu"])
def test_what_roll_run_asks_for_is_listed(extra: str) -> None:
    requirements = [Requirement(text) for text in metadata.requires("roll-lint") or []]
    asked = {
        normalized(one.name)
        for one in requirements
        if one.marker and one.marker.evaluate({"extra": extra}) and not one.marker.evaluate({"extra": ""})
    }
    assert asked <= set(licences("roll-run"))
    assert asked
