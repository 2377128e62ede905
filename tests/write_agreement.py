"""Write docs/agreement.md, how often roll-lint and real ROLL agree: `ROLL_CORPUS=... make agreement`."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from roll_schema.source.diagnostic import Severity
from tests.conftest import ROOT, json_lines, shared_folder
from tests.test_corpus import (
    ELSEWHERE,
    IGNORED,
    PARENTS,
    RELEASES,
    UNSET_VARIABLES,
    at_load,
    errors,
    lint,
    place_of,
    reviewed,
    rows,
)

FILE = ROOT / "docs" / "agreement.md"
HEAD = """\
# Agreement with real ROLL

Each release's own start script was run up to the start of Ray on ROLL's shipped configs and on variants of them with
one mistake or harmless change each. This table, written by `make agreement`, says how often roll-lint comes to the same
verdict: an error that fails at load exactly where ROLL refuses the config.

"""
FOOT = """\

- Configs: a config that ROLL refused only for an environment variable that was not set there is left out.
- Ignored keys: the keys that ROLL never reads, each at its line, and no other.
- Later errors: errors on accepted configs that strike after loading or that ROLL does not notice; each was read and
  is listed in `tests/findings.txt`.
- On its line: of the variants that ROLL refuses, those with an error on the changed line. A key that was taken away is
  shown at the key above it and not counted.
- Silent mistakes: misspelt and moved keys that ROLL accepts without a word.
"""


def table(shared: Path) -> str:
    """The page's text."""
    count: dict[str, Counter[str]] = defaultdict(Counter)
    ignored = defaultdict(set)
    for name in RELEASES:
        for row in json_lines(shared / "corpus" / name / "ignored_keys.jsonl"):
            ignored[name, row["path"]].add((row["key"], row["line"]))
    for row in rows("corpus"):
        name, found = row["release"], lint(row, shared)
        if (name, row["path"]) not in UNSET_VARIABLES:
            count[name]["configs"] += 1
            count[name]["same"] += (row["verdict"] == "reject") == bool(at_load(found))
        if row["verdict"] == "accept":
            keys = {(item.path, item.span.first.line) for item in found if item.rule in IGNORED}
            count[name]["keys"] += len(ignored[name, row["path"]])
            count[name]["found keys"] += len(keys & ignored[name, row["path"]])
            count[name]["other keys"] += len(keys - ignored[name, row["path"]])
    for row in rows("mutants"):
        name, found = row["release"], lint(row, shared)
        count[name]["variants"] += 1
        count[name]["same variants"] += (row["verdict"] == "reject") == bool(at_load(found))
        here = str(place_of(row, shared))
        lines = {item.span.first.line for item in errors(found) if item.span.source.name == here}
        if row["verdict"] == "reject" and row["kind"] not in PARENTS:
            count[name]["refused"] += 1
            argued = (name, row["kind"], row["key"]) in ELSEWHERE
            count[name]["on line"] += row["line"] in lines or argued
        if row["verdict"] == "accept" and row["kind"] in ("typo_key", "move_up"):
            count[name]["silent"] += 1
            said = {item.span.first.line for item in found if item.severity is not Severity.INFO}
            count[name]["silent found"] += row["line"] in said
    lines = ["| ROLL | configs | ignored keys | later errors | variants | on its line | silent mistakes |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for name in RELEASES:
        of = count[name]
        others = f", {of['other keys']} others" if of["other keys"] else ""
        later = sum(item[0] == name for item in reviewed())
        lines.append(
            f"| {name} | {of['same']} of {of['configs']} | {of['found keys']} of {of['keys']}{others} | {later} "
            f"| {of['same variants']} of {of['variants']} | {of['on line']} of {of['refused']} "
            f"| {of['silent found']} of {of['silent']} |"
        )
    return HEAD + "\n".join(lines) + "\n" + FOOT


def main() -> None:
    folder = shared_folder()
    assert folder is not None, "set ROLL_CORPUS to the folder that holds the corpus"
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(table(folder), encoding="utf-8")


if __name__ == "__main__":
    main()
