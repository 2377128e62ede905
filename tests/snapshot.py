"""All findings on everything there is, to compare two states of the linter: `python -m tests.snapshot record FILE`.

Before modules or rules are moved, record; after each step `python -m tests.snapshot compare FILE` prints the findings
that are new (+) and gone (-), and ends with 1 if there are any. Renamed rules are given as `--renamed OLD=NEW`.

Linted are the corpus and its mutants and probes (where `ROLL_CORPUS` says they are), the examples, and the examples of
the rules' manuals; of each finding rule, severity, effect, place, message, help, notes and edits are kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from roll_schema.engine import linting
from roll_schema.engine.options import Options
from roll_schema.rules import OPTIONAL_GROUPS, RULES
from roll_schema.source.diagnostic import Diagnostic
from roll_schema.source.text import Source, Span, read
from tests import test_corpus
from tests.conftest import ROOT, json_lines, shared_folder
from tests.rules import options as rule_options
from tests.support import examples

Case = tuple[str, Path, Source, Options]


def cases() -> Iterator[Case]:
    """What is linted: a name, the file it stands for, its text, and how."""
    shared = shared_folder()
    for kind in ("corpus", "mutants") if shared is not None else ():
        for number, row in enumerate(test_corpus.rows(kind)):
            path = test_corpus.place_of(row, shared)
            source = Source(path.name, row["yaml"]) if "yaml" in row else read(path, path.name)
            options = Options(release=row["release"], pipeline=test_corpus.pipeline_of(row), preview=True)
            yield f"{kind} {row['release']} {number}", path, source, options
    for row in json_lines(shared / "mutants" / "probes.jsonl") if shared is not None else ():
        options = Options(release="0.3.0", pipeline=row["pipeline"], preview=True)
        yield f"probe {row['id']}", Path("probe.yaml"), Source("probe.yaml", row["yaml"]), options
    for path in sorted((ROOT / "examples").rglob("*.yaml")):
        for target in ((), OPTIONAL_GROUPS):
            name = path.relative_to(ROOT).as_posix()
            yield f"{name} {' '.join(target)}", path, read(path, path.name), Options(targets=frozenset(target))
    for rule in RULES.values():
        for number, text in enumerate(block for blocks in examples(rule) for block in blocks):
            options = rule_options.parse({**rule_options.of_rule(rule), **rule_options.in_text(text)})
            options = options._replace(targets=frozenset(OPTIONAL_GROUPS))
            yield f"manual {rule.name} {number}", Path("config.yaml"), Source("config.yaml", text), options


def findings(case: Case) -> list[str]:
    name, path, source, options = case
    result = linting.lint(path, source, options)
    lines = [_line(item) for item in result.diagnostics]
    counts = (result.filtered, result.unselected, result.unknown, sorted(result.unjudged), sorted(result.skipped))
    return [f"{name}: {line}" for line in [*sorted(lines), f"not judged {counts}"]]


def _line(item: Diagnostic) -> str:
    rest = [item.message, item.help, [(note.message, _place(note.span)) for note in item.notes]]
    rest.append([(_place(edit.span), edit.text, edit.safe) for edit in item.edits])
    digest = hashlib.sha256(json.dumps(rest).encode()).hexdigest()[:8]
    place = f"{_place(item.span)} {item.path} {item.severity.value} {item.fails or '-'}"
    return f"[{item.rule}] {place} {digest} {item.message[:200]!r}"


def _place(span: Span) -> str:
    first, last = span.first, span.last
    return f"{Path(span.source.name).name}:{first.line}:{first.column}-{last.line}:{last.column}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("record", "compare"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--renamed", action="append", default=[], metavar="OLD=NEW")
    given = parser.parse_args()
    os.environ["HOME"] = "/home/user"  # some configs refer to it
    found = [line for case in cases() for line in findings(case)]
    if given.what == "record":
        given.file.write_text("\n".join(found) + "\n", encoding="utf-8")
        return 0
    text = given.file.read_text(encoding="utf-8")
    for old, new in (names.split("=") for names in given.renamed):
        text = text.replace(f"[{old}]", f"[{new}]").replace(f": manual {old} ", f": manual {new} ")
    before = text.splitlines()
    gone, new = set(before) - set(found), set(found) - set(before)
    for line in sorted((*(f"- {line}" for line in gone), *(f"+ {line}" for line in new)), key=lambda line: line[2:]):
        print(line)
    print(f"{len(before)} findings before, {len(found)} now: {len(gone)} gone, {len(new)} new")
    return int(bool(gone or new))


if __name__ == "__main__":
    sys.exit(main())
