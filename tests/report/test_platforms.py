"""Reports for the platforms that show them on a merge request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from roll_schema.engine.linting import lint
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.report import github, gitlab
from roll_schema.source.text import Source

TEXT = """\
rollout_batch_size: 64
rewards: {a: {tag_included: [a]}}
save_steps: "1"
save_step: 2
"a,b: 100%\\u202e": 1
actor_train:
  training_args: {lr: 1}
actor_infer:
  training_args: {lr: 1}
"""


def linted(text: str = TEXT) -> Result:
    return lint(Path("c,1.yaml"), Source("c,1.yaml", text), Options(release="0.2.1"))


def test_github_gets_one_line_for_each() -> None:
    lines = list(github.lines([linted()]))
    assert len(lines) == len(linted().diagnostics)
    assert all(
        line.startswith(("::error file=c%2C1.yaml,line=", "::warning file=", "::notice file=")) for line in lines
    )
    [wrong] = [line for line in lines if "wrong-type" in line]
    assert wrong == (
        "::error file=c%2C1.yaml,line=3,endLine=3,col=13,endColumn=16,title=roll-lint%3A wrong-type::`save_steps`: "
        'expected integer, found string `"1"`%0Aeffect: fails at load%0Aremove the quotes: `save_steps: 1`'
    )
    [odd] = [line for line in lines if "a,b" in line]
    assert "100%25\\u202e" in odd
    assert not any("\n" in line or "\u202e" in line for line in lines)


def test_gitlab_gets_fingerprints_that_do_not_move() -> None:
    def prints(text: str) -> list[str]:
        issues: list[dict[str, Any]] = json.loads(gitlab.render([linted(text)]))
        assert all(set(issue) == KEYS and issue["location"]["lines"]["begin"] > 0 for issue in issues)
        assert {issue["severity"] for issue in issues} <= {"critical", "minor", "info"}
        return [issue["fingerprint"] for issue in issues]

    first = prints(TEXT)
    assert len(set(first)) == len(first)
    assert set(first) == set(prints("# moved\n\n" + TEXT))
    assert set(first) != set(prints(TEXT.replace('"1"', '"2"')))


KEYS = {"description", "check_name", "fingerprint", "severity", "location"}
