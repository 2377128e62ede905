"""Where reports go, and what a terminal is given."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from roll_schema.cli.output import Report, reports
from roll_schema.report.text import Style, full
from tests.cli.test_cli import BROKEN, OK, run
from tests.conftest import ROOT
from tests.support import lint_path


def test_formats_and_files() -> None:
    assert reports("text", []) == [Report("text")]
    assert reports("sarif", ["x.sarif"]) == [Report("sarif", Path("x.sarif"))]
    assert reports("github", ["sarif:a.sarif", "junit:b:c.xml"]) == [
        Report("github"),
        Report("sarif", Path("a.sarif")),
        Report("junit", Path("b:c.xml")),
    ]
    assert reports("text", ["C:/x.txt"]) == [Report("text", Path("C:/x.txt"))]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["sarrif:x"], "there is no format sarrif; did you mean sarif?"),
        (["xml:x"], "there is no format xml"),
        (["a", "b"], "no file twice"),
        (["json:a", "sarif:a"], "no file twice"),
    ],
)
def test_wrong_files_are_refused(files: list[str], said: str) -> None:
    done = run(OK, *(word for file in files for word in ("--output-file", file)))
    assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True)


def test_several_reports_at_once(tmp_path: Path) -> None:
    files = {form: tmp_path / form for form in ("sarif", "junit", "checkstyle", "jsonl", "concise")}
    asked = [word for form, file in files.items() for word in ("--output-file", f"{form}:{file}")]
    done = run(BROKEN, "--output-format", "github", *asked)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("::error file=")
    assert done.stdout == run(BROKEN, "--output-format", "github").stdout
    assert json.loads(files["sarif"].read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert files["concise"].read_text(encoding="utf-8") == run(BROKEN, "--output-format", "concise").stdout


def test_a_file_takes_standard_outputs_place(tmp_path: Path) -> None:
    done = run(BROKEN, "--color", "always", "--output-file", str(tmp_path / "x.txt"))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert (tmp_path / "x.txt").read_text(encoding="utf-8") == run(BROKEN).stdout
    assert run(OK, "--output-format", "jsonl", "--output-file", str(tmp_path / "x.txt")).returncode == 0
    assert (tmp_path / "x.txt").read_text(encoding="utf-8") == ""


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    done = run(BROKEN, "--output-file", f"sarif:{tmp_path}")
    assert done.returncode == 2
    assert f"{tmp_path} cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(OK, "--output-file", "sarif:/dev/stderr").stderr.startswith("{")


def test_links_where_the_terminal_has_them() -> None:
    result = lint_path(ROOT / BROKEN, manual="https://manual.test")
    shown = "".join(full([result], Style(links=True)))
    assert "error[\x1b]8;;https://manual.test/rules/unknown-key/\x1b\\unknown-key\x1b]8;;\x1b\\]" in shown
    assert re.search(r"--> \x1b\]8;;file:///\S+unknown_key.yaml\x1b\\unknown_key.yaml:7:5\x1b\]8;;\x1b\\", shown)
    assert re.sub(r"\x1b\]8;;[^\x1b]*\x1b\\", "", shown) == "".join(full([result]))


@pytest.mark.parametrize(("forced", "has"), [("1", True), ("0", False)])
def test_links_can_be_asked_for(forced: str, has: bool) -> None:
    assert ("\x1b]8;;" in run(BROKEN, FORCE_HYPERLINK=forced).stdout) is has
