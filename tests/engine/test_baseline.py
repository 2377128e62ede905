"""Known problems: what is written, what wakes them, and an adoption of the whole corpus."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from roll_schema.engine import baseline
from roll_schema.engine.linting import lint
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.source.text import Source
from tests.session import copy

TEXT = 'rollout_batch_size: 64\nrewards: {a: {tag_included: [a]}}\nsave_steps: "1"\nlogging_steps: "1"\nsave_step: 2\n'


def linted(text: str) -> Result:
    return lint(Path("c.yaml"), Source("c.yaml", text), Options(release="0.2.1"))


def left(text: str, file: Path) -> list[str]:
    result = linted(text)
    baseline.apply(file, baseline.read(file), [result])
    return [item.rule for item in result.diagnostics]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text(TEXT)
    path = tmp_path / "known.json"
    assert baseline.write(path, [linted(TEXT)]) == len(linted(TEXT).diagnostics)
    return path


def test_moved_lines_wake_nothing(file: Path) -> None:
    assert left(TEXT, file) == []
    assert left("# a remark\n\n" + TEXT, file) == []


def test_what_is_new_is_shown(file: Path) -> None:
    assert left(TEXT + 'eval_steps: "1"\n', file) == ["wrong-type"]
    assert left(TEXT.replace('save_steps: "1"', 'save_steps: "2"'), file) == ["wrong-type"]


def test_what_no_longer_occurs_is_told(file: Path) -> None:
    gone = baseline.apply(file, baseline.read(file), [linted(TEXT.replace('"1"', "1"))])
    assert [one.rule for one in gone] == ["wrong-type", "wrong-type"]
    other = lint(Path("d.yaml"), Source("d.yaml", TEXT), Options(release="0.2.1"))
    assert baseline.apply(file, baseline.read(file), [other]) == [], "of another file nothing is known"
    (file.parent / "c.yaml").unlink()
    assert len(baseline.apply(file, baseline.read(file), [other])) == len(baseline.read(file)), (
        "it is gone with its file"
    )


def test_what_was_not_looked_at_is_kept(file: Path) -> None:
    other = lint(Path("d.yaml"), Source("d.yaml", TEXT), Options(release="0.2.1"))
    (file.parent / "d.yaml").write_text(TEXT)
    before = baseline.read(file)
    baseline.write(file, [other], before)
    assert before < baseline.read(file)
    baseline.write(file, [linted(TEXT.replace('"1"', "1"))], baseline.read(file))
    assert {one.file for one in baseline.read(file) - before} == {"d.yaml"}
    (file.parent / "d.yaml").unlink()
    baseline.write(file, [linted(TEXT)], baseline.read(file))
    assert baseline.read(file) == before


def test_what_could_not_be_checked_is_never_known(file: Path) -> None:
    broken = linted("a: [1,\n")
    before = baseline.read(file)
    assert baseline.apply(file, before, [linted("a: [1,\n")]) == [], "what is hidden is not mended"
    baseline.write(file, [broken], before)
    assert baseline.read(file) == before, "nor is it forgotten"
    baseline.apply(file, baseline.read(file), [broken])
    assert [item.rule for item in broken.diagnostics] == ["syntax-error"]


def test_nothing_of_a_value_is_written(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    baseline.write(path, [linted(TEXT + "hf_token: hf_0123456789\n")])
    assert "0123456789" not in path.read_text()
    assert set(json.loads(path.read_text())["known"][0]) == {"file", "rule", "fingerprint"}


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", '{"version": 9}', '{"version": 1, "known": [1]}', "[" * 100_000]
)
def test_files_that_are_no_baseline(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(baseline.InvalidBaseline, match=r"known\.json"):
        baseline.read(path)


def roll_lint(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "roll_schema", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_adopting_a_repository(shared: Path, tmp_path: Path) -> None:
    """Baseline written, no noise, and one new mistake in one file is all that is reported."""
    copy(shared / "corpus" / "0.2.1" / "examples", tmp_path / "examples")
    release = ("--roll-release", "0.2.1")
    before = roll_lint(tmp_path, "examples", *release)
    assert before.returncode == 1
    written = roll_lint(tmp_path, "examples", *release, "--write-baseline", "known.json")
    assert written.returncode == 0, written.stderr
    assert "known problems to known.json" in written.stdout
    quiet = roll_lint(tmp_path, "examples", *release, "--baseline", "known.json", "--output-format", "concise")
    assert quiet.returncode == 0, quiet.stdout
    assert len(quiet.stdout.splitlines()) == 1
    config = next(
        path for path in sorted((tmp_path / "examples").rglob("*.yaml")) if "\nsave_steps:" in path.read_text()
    )
    config.write_text("# of ours\n" + config.read_text().replace("\nsave_steps:", "\nsave_stepz:"))
    found = roll_lint(tmp_path, "examples", *release, "--baseline", "known.json", "--output-format", "concise")
    assert found.returncode == 1
    [line, summary] = found.stdout.splitlines()
    assert f"{config.relative_to(tmp_path)}:" in line
    assert "unknown-key" in line
    assert summary.startswith("Found 1 error in ")


def test_what_was_not_asked_for_is_not_called_mended(file: Path) -> None:
    narrowed = lint(Path("c.yaml"), Source("c.yaml", TEXT), Options(release="0.2.1", select=frozenset({"lora"})))
    assert baseline.apply(file, baseline.read(file), [narrowed]) == []
