"""How often roll-lint and real ROLL agree: `ROLL_CORPUS=... make agreement` counts, and writes `agreement.json`.

The figures are kept, since the site is built where the corpus is not.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from roll_schema.source.diagnostic import Severity
from tests.conftest import json_lines, shared_folder
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

FIGURES = Path(__file__).with_suffix(".json")
COLUMNS = ("configs", "ignored keys", "variants", "on its line", "silent mistakes")

Figures = dict[str, dict[str, list[int]]]
"""By release and column: how many agree, and of how many."""

HEAD = """\
# Agreement with real ROLL

Each release's own start script was run up to the start of Ray on ROLL's shipped configs and on variants of them with
one mistake or harmless change each. This table, counted by `make agreement` where that corpus is, says how often
roll-lint comes to the same verdict: an error that fails at load exactly where ROLL refuses the config.

"""
FOOT = """\

- Configs: a config that ROLL refused only for an environment variable that was not set there is left out.
- Ignored keys: the keys that ROLL never reads, each at its line, and no other.
- Variants: those with one mistake or harmless change.
- On its line: of the variants that ROLL refuses, those with an error on the changed line. A key that was taken away is
  shown at the key above it and not counted.
- Silent mistakes: misspelt and moved keys that ROLL accepts and ignores.
- Later errors: errors on accepted configs that strike after loading or that ROLL does not notice; each was read and
  is listed in `tests/findings.txt`.
"""


def figures(shared: Path) -> Figures:
    """The figures as the corpus gives them now."""
    count: Figures = {name: {column: [0, 0] for column in COLUMNS} for name in RELEASES}

    def add(column: str, agreeing: int, of: int = 1) -> None:
        count[name][column][0] += agreeing
        count[name][column][1] += of

    ignored = defaultdict(set)
    for name in RELEASES:
        for row in json_lines(shared / "corpus" / name / "ignored_keys.jsonl"):
            ignored[name, row["path"]].add((row["key"], row["line"]))
    for row in rows("corpus"):
        name, found = row["release"], lint(row, shared)
        if (name, row["path"]) not in UNSET_VARIABLES:
            add("configs", (row["verdict"] == "reject") == bool(at_load(found)))
        if row["verdict"] == "accept":
            keys = {(item.path, item.span.first.line) for item in found if item.rule in IGNORED}
            add("ignored keys", len(keys & ignored[name, row["path"]]), len(ignored[name, row["path"]]))
    for row in rows("mutants"):
        name, found = row["release"], lint(row, shared)
        add("variants", (row["verdict"] == "reject") == bool(at_load(found)))
        if row["verdict"] == "reject" and row["kind"] not in PARENTS:
            here = str(place_of(row, shared))
            lines = {item.span.first.line for item in errors(found) if item.span.source.name == here}
            add("on its line", row["line"] in lines or (name, row["kind"], row["key"]) in ELSEWHERE)
        if row["verdict"] == "accept" and row["kind"] in ("typo_key", "move_up"):
            add(
                "silent mistakes",
                row["line"] in {item.span.first.line for item in found if item.severity is not Severity.INFO},
            )
    return count


def kept() -> Figures:
    found: Figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    return found


def render() -> str:
    """The page's text."""
    lines = [f"| ROLL | {' | '.join(COLUMNS)} | later errors |", "| --- " * (len(COLUMNS) + 2) + "|"]
    for name, columns in kept().items():
        cells = [f"{agreeing} of {of}" for agreeing, of in columns.values()]
        lines.append(f"| {name} | {' | '.join(cells)} | {sum(item[0] == name for item in reviewed())} |")
    return HEAD + "\n".join(lines) + "\n" + FOOT


def main() -> None:
    folder = shared_folder()
    assert folder is not None, "set ROLL_CORPUS to the folder that holds the corpus"
    rows = [f'  "{name}": {json.dumps(columns)}' for name, columns in figures(folder).items()]
    FIGURES.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
