"""The comment for editors, the list of schemas, and `roll-lint schema`."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from roll_schema.export.modeline import FOLDER, catalog, modeline, with_modeline
from roll_schema.facts import releases
from roll_schema.source.text import Source
from tests.cli.test_cli import run
from tests.clients import yaml_server
from tests.conftest import ROOT

CONFIG = "rollout_batch_size: 64\nrewards: {math_rule: {tag_included: [a]}}\n"


def test_places() -> None:
    def line(place: str) -> str:
        return modeline(Path("configs/a/c.yaml"), place, "0.2.1", "rlvr").partition("$schema=")[2]

    assert line("schemas") == "../../schemas/0.2.1/rlvr.schema.json"
    assert line("https://manual.test/schemas/") == "https://manual.test/schemas/0.2.1/rlvr.schema.json"
    assert line(str(FOLDER)) == f"{quote(FOLDER.as_posix())}/0.2.1/rlvr.schema.json"
    assert (FOLDER / "0.2.1" / "rlvr.schema.json").is_file()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: 1\n", "# new\na: 1\n"),
        ("# c\r\na: 1\r\n", "# new\r\n# c\r\na: 1\r\n"),
        ("", "# new\n"),
        ("# c\n# yaml-language-server: $schema=old.json\na: 1\n", "# c\n# new\na: 1\n"),
    ],
)
def test_the_comment_is_written_once(text: str, wanted: str) -> None:
    assert with_modeline(Source("c", text), "# new") == wanted


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    config = tmp_path / "configs" / "c.yaml"
    config.parent.mkdir()
    config.write_text(CONFIG)
    wanted = f"# yaml-language-server: $schema={quote(FOLDER.as_posix())}/0.1.3/rlvr.schema.json"
    assert run("schema", str(config)).stdout == wanted + "\n"
    (tmp_path / "roll-lint.toml").write_text('schemas = "schemas"\nrelease = "0.2.1"\n')
    assert run("schema", "--export", str(tmp_path / "schemas")).returncode == 0
    for _ in range(2):
        done = run("schema", "--add-modeline", str(config))
        assert (done.returncode, done.stdout) == (0, "")
        assert "$schema=../schemas/0.2.1/" in done.stderr
    line = "# yaml-language-server: $schema=../schemas/0.2.1/rlvr.schema.json\n"
    assert config.read_text() == line + CONFIG
    editor = yaml_server.start(config.parent)
    try:
        [found] = editor.open("c.yaml", config.read_text() + "save_steps: a\n")
    finally:
        editor.close()
    assert found.range.start.line == 3


def test_places_with_blanks_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "my schemas"
    assert run("schema", "--export", str(folder)).returncode == 0
    config = tmp_path / "c.yaml"
    config.write_text(CONFIG)
    assert run("schema", "--add-modeline", "--schemas", str(folder), str(config)).returncode == 0
    assert config.read_text().startswith("# yaml-language-server: $schema=my%20schemas/")
    editor = yaml_server.start(tmp_path)
    try:
        [found] = editor.open("c.yaml", config.read_text() + "save_steps: a\n")
    finally:
        editor.close()
    assert found.message.startswith("Write an integer")


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("a: [\n")
    done = run("schema", "broken.yaml", cwd=tmp_path)
    assert (done.returncode, "error[syntax-error]" in done.stderr, "--pipeline" in done.stderr) == (1, True, False)
    (tmp_path / "c.yaml").write_text("a: 1\n")
    done = run("schema", "c.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "name it with --pipeline" in done.stderr
    assert "wants files" in run("schema", "--add-modeline", "-", stdin=CONFIG).stderr
    assert "begins with https://" in run("schema", "--catalog", "http://a").stderr
    assert "cannot be written" in run("schema", "--export", str(tmp_path / "c.yaml" / "x")).stderr


def test_the_catalog_is_as_schemastore_wants_it() -> None:
    document = json.loads(run("schema", "--catalog", "https://manual.test/schemas").stdout)
    assert document == catalog("https://manual.test/schemas/")
    assert document["$schema"] == "https://json.schemastore.org/schema-catalog.json"
    for entry in document["schemas"]:
        assert set(entry) == {"name", "description", "fileMatch", "url", "versions"}
        assert list(entry["versions"].values())[-1] == entry["url"]
        for name, address in entry["versions"].items():
            assert name in releases.NAMES
            assert (ROOT / address.removeprefix("https://manual.test/")).is_file()
