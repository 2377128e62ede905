"""The SARIF log, by the standard's own schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from roll_schema.engine import baseline, linting
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.report import sarif
from roll_schema.source import editing
from roll_schema.source.diagnostic import Edit
from roll_schema.source.text import Source, read
from tests.conftest import EXAMPLES
from tests.support import lint_path

SCHEMA = json.loads((Path(__file__).parent / "sarif" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)

TEXT = """\
rollout_batch_size: 64
rewards: {a: {tag_included: [a]}}
save_steps: "1"
save_step: 2   # roll-lint: ignore[unknown-key] of our fork
"a: b\\u202e": 1
actor_train:
  training_args: {lr: 1}
actor_infer:
  training_args: {lr: 1}
"""


def linted(text: str = TEXT, name: str = "a b/ü.yaml", **options: Any) -> Result:
    return linting.lint(Path(name), Source(name, text), Options(release="0.2.1", **options))


def log(*results: Result) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sarif.render(list(results)))
    VALIDATOR.validate(document)
    [run] = document["runs"]
    return run


@pytest.mark.parametrize("path", sorted((EXAMPLES / "broken").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_broken_example_makes_a_valid_log(path: Path) -> None:
    result = lint_path(path, manual="https://manual.test/roll-lint")
    run = log(result)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [found["ruleId"] for found in run["results"]] == [rules[found["ruleIndex"]] for found in run["results"]]
    assert len(run["results"]) == len(result.diagnostics)


def test_places_and_words() -> None:
    [found] = [one for one in log(linted())["results"] if one["ruleId"] == "wrong-type"]
    assert found["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/%C3%BC.yaml"},
        "region": {"startLine": 3, "startColumn": 13, "endLine": 3, "endColumn": 16},
    }
    assert found["message"]["text"].splitlines()[1] == "remove the quotes: `save_steps: 1`"
    assert (found["level"], found["properties"]["fails"]) == ("error", "at load")
    assert "\u202e" not in json.dumps(log(linted()), ensure_ascii=False)


def test_what_is_silent_is_suppressed(tmp_path: Path) -> None:
    known = linted()
    baseline.write(tmp_path / "known.json", [linted()])
    baseline.apply(tmp_path / "known.json", baseline.read(tmp_path / "known.json"), [known])
    kinds = [one.get("suppressions", [{"kind": "none"}])[0]["kind"] for one in log(known)["results"]]
    assert sorted(set(kinds)) == ["external", "inSource"]
    assert kinds.count("inSource") == 1


def test_fingerprints_stay_when_lines_move() -> None:
    def prints(text: str) -> list[str]:
        return [one["partialFingerprints"]["rollLint/v1"] for one in log(linted(text))["results"]]

    assert prints(TEXT) == prints("# moved\n\n" + TEXT)
    assert len(set(prints(TEXT))) == len(prints(TEXT))


def test_a_fix_can_be_made_from_the_log() -> None:
    result = linted("rewards: {a: {tag_included: [a]}}\nrollout_batch_size: 64\nsave_step: 2\n")
    [found] = [one for one in log(result)["results"] if one["ruleId"] == "unknown-key"]
    [change] = found["fixes"][0]["artifactChanges"]
    source = result.diagnostics[0].span.source
    edits = []
    for one in change["replacements"]:
        region = one["deletedRegion"]
        starts = source.line_starts
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        edits.append(Edit(source.span(start, end), one["insertedContent"]["text"], safe=True))
    assert "\nsave_steps: 2\n" in editing.apply(source, edits)


def test_a_fix_that_would_show_a_secret_is_left_out() -> None:
    result = linted()
    [item] = [item for item in result.diagnostics if item.rule == "wrong-type"]
    secret = Edit(item.span, "api_key: 0123456789abcdef", safe=True)
    result.diagnostics = [item._replace(edits=(secret,))]
    assert "fixes" not in log(result)["results"][0]


def test_rules_have_pages_where_the_manual_has_an_address() -> None:
    here = log(linted(manual="https://manual.test/roll-lint/"))["tool"]["driver"]
    assert here["informationUri"] == "https://manual.test/roll-lint/"
    assert {rule["helpUri"] for rule in here["rules"]} >= {"https://manual.test/roll-lint/rules/wrong-type/"}
    assert not any("helpUri" in rule for rule in log(linted())["tool"]["driver"]["rules"])


def test_related_places_are_told() -> None:
    path = EXAMPLES / "broken" / "undefined_variable.yaml"
    result = linting.lint(path, read(path, "c.yaml"), Options(search_paths=(EXAMPLES / "ok",)))
    related = [place for one in log(result)["results"] for place in one.get("relatedLocations", [])]
    assert related
    assert all(place["message"]["text"] for place in related)


def test_a_name_that_is_no_utf8_is_an_address() -> None:
    name = b"bad\xff.yaml".decode("utf-8", "surrogateescape")
    [found] = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in log(linted(TEXT, name))["results"]
    }
    assert found == "bad%FF.yaml"
