"""The hooks, as pre-commit itself installs and runs them from this repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.session import installed

CONFIG = """\
rollout_batch_size: 64
num_return_sequences_in_group: 8
prompt_length: 1024
adv_estimator: {estimator}
rewards: {{math_rule: {{tag_included: [a]}}}}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit")


def try_repo(hook: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**installed(), "PRE_COMMIT_HOME": str(home)}
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True)
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), hook, "--all-files", "--color", "never"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_hook_finds_what_is_wrong_in_configs_alone(tmp_path: Path, home: Path) -> None:
    pytest.importorskip("pre_commit")
    (tmp_path / "bad.yaml").write_text(CONFIG.format(estimator="GRPO"))
    (tmp_path / "other.yaml").write_text("save_step: {{ 1 }}\n")
    done = try_repo("roll-lint", tmp_path, home)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[invalid-choice]" in done.stdout
    assert "bad.yaml:4:16" in done.stdout
    assert "other.yaml" not in done.stdout


def test_the_fixing_hook_edits(tmp_path: Path, home: Path) -> None:
    pytest.importorskip("pre_commit")
    config = tmp_path / "bad.yaml"
    config.write_text(CONFIG.format(estimator="GRPO  # of old"))
    done = try_repo("roll-lint-fix", tmp_path, home)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert config.read_text() == CONFIG.format(estimator="grpo  # of old")
