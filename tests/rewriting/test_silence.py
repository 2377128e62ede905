"""Comments written for what is wrong: afterwards nothing is shown, and the config says what it said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from roll_schema.engine import request
from roll_schema.engine.linting import lint
from roll_schema.engine.options import Options
from roll_schema.rewriting import silence
from roll_schema.source import tree
from roll_schema.source.text import Source, read
from tests.cli.test_cli import run
from tests.conftest import corpus_files


def silenced(text: str) -> tuple[str, int]:
    source = Source("c.yaml", text)
    changed, answered = silence.add(source, lint(Path("c.yaml"), source, Options(release="0.2.1")).diagnostics)
    return changed, len(answered)


HEAD = "# roll-lint: ignore-file[missing-key] a part\nrollout_batch_size: 64\nrewards: {a: {tag_included: [a]}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('save_steps: "1"\n', 'save_steps: "1"  # roll-lint: ignore[wrong-type]\n'),
        ('save_steps: "1" # why\r\n', 'save_steps: "1" # why  # roll-lint: ignore[wrong-type]\r\n'),
        (
            'save_steps: "1" # roll-lint: ignore[lora] x\n',
            'save_steps: "1" # roll-lint: ignore[lora, wrong-type] x\n',
        ),
        ("adv_estimator: {a: 1}", "adv_estimator: {a: 1}  # roll-lint: ignore[invalid-choice]"),
        ('exp_name: "a\n  b"\nadv_estimator: "a\n  b"\n', 'exp_name: "a\n  b"\nadv_estimator: "a\n  b"\n'),
    ],
)
def test_comments(text: str, expected: str) -> None:
    assert silenced(HEAD + text)[0] == HEAD + expected


def test_a_problem_of_the_file_is_answered_for_the_file() -> None:
    text, answered = silenced("rollout_batch_size: 64\nrewards: {a: {tag_included: [a]}}\n")
    assert text.startswith("# roll-lint: ignore-file[missing-key]\nrollout_batch_size")
    assert answered >= 1


CONFIGS = [path for path in corpus_files("0.2.1/examples/*/*.yaml") if path.parent.name != "config"]


@pytest.mark.parametrize("path", CONFIGS[::3], ids=lambda path: path.stem)
def test_real_configs(path: Path) -> None:
    source = read(path)
    options = request.with_project(path, Options(release="0.2.1"))
    before = [item for item in lint(path, source, options).diagnostics if item.span.source is source]
    text, answered = silence.add(source, before)
    after = lint(path, Source(source.name, text), options)
    left = [item for item in after.diagnostics if item.span.source.name == source.name]
    assert len(left) <= len(before) - len(answered)
    assert not [item for item in left if item.rule == "unused-ignore"]
    old, new = (tree.parse(Source("", one))[0] for one in (source.text, text))
    assert old is not None
    assert new is not None
    assert tree.plain(old) == tree.plain(new)


def test_from_the_command_line(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(HEAD + 'save_steps: "1"\n')
    command = [sys.executable, "-m", "roll_schema", "--add-ignores", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Silenced 1 problem in 1 file" in done.stdout
    assert "ignored by comments" in done.stdout


def test_what_cannot_be_checked_is_left_alone(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("defaults: [nothing]\nsave_step: 1\n")
    done = run(str(config), "--add-ignores")
    assert (done.returncode, config.read_text()) == (1, "defaults: [nothing]\nsave_step: 1\n")
