"""A rule's cases, `tests/rules/<group>/<rule>.yaml`: configs, each with what the rule finds in it.

    rule: lora-rank-unusual
    release: 0.1.3
    pipeline: rlvr
    cases:
    - name: a rank that is a power of two
      pipeline: sft
      config: |
        sft_train: {model_args: {lora_rank: 16}}
      findings: []
    survivors:
    - reason: The rank was compared with 0 before.
      changes:
      - rank < 0 -> rank <= 0

The head says how a config is linted, and a case in what it differs. `survivors` are changes of the rule that no case can
tell from the rule itself (`tests/mutate.py`). `python -m tests.write_cases` writes the findings.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from roll_schema.engine import linting
from roll_schema.rules import RULES
from roll_schema.rules.rule import Rule
from roll_schema.source import editing
from roll_schema.source.diagnostic import Diagnostic, Edit
from roll_schema.source.text import Span, read
from tests.rules import options
from tests.rules.options import Settings
from tests.support import MARK, examples

FOLDER = Path(__file__).parent
CONFIG = "config.yaml"
WHOLE_RUN = ("unused-ignore",)
"""Rules that need to know what all the others find."""

Found = dict[str, Any]
"""A finding, as the file has it."""


class Case(NamedTuple):
    """A config; `settings` are those in which it differs from the file's head, `files` are others in its folder."""

    name: str
    config: str
    settings: Settings = {}
    files: dict[str, str] = {}
    encoding: str = "utf-8"
    findings: list[Found] = []


class Cases(NamedTuple):
    """What the file of a rule holds."""

    rule: str
    settings: Settings
    cases: list[Case] = []
    survivors: list[dict[str, Any]] = []


def path_of(rule: Rule) -> Path:
    return FOLDER / rule.group / f"{rule.name.replace('-', '_')}.yaml"


def load(rule: Rule) -> Cases:
    """The cases of a rule; of one without a file, none."""
    path = path_of(rule)
    if not path.exists():
        return Cases(rule.name, options.of_rule(rule))
    written = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    cases, survivors = written.pop("cases"), written.pop("survivors", [])
    return Cases(written.pop("rule"), written, [_case(row) for row in cases], survivors)


def _case(row: dict[str, Any]) -> Case:
    fields = {name: row.pop(name) for name in Case._fields if name in row}
    return Case(settings=row, **fields)


def dump(of_rule: Cases) -> str:
    """The text of a rule's file."""
    rows = [
        {
            "name": case.name,
            **case.settings,
            **({"encoding": case.encoding} if case.encoding != "utf-8" else {}),
            **({"files": case.files} if case.files else {}),
            "config": case.config,
            "findings": case.findings,
        }
        for case in of_rule.cases
    ]
    document = {"rule": of_rule.rule, **of_rule.settings, "cases": rows}
    if of_rule.survivors:
        document["survivors"] = of_rule.survivors
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


class _Dumper(yaml.SafeDumper):
    """Several lines as a block, as they are; nothing by an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent(dumper: _Dumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent)


def add(rule: Rule, more: list[Case]) -> Path:
    """Write further cases into a rule's file."""
    of_rule, path = load(rule), path_of(rule)
    names = {case.name for case in of_rule.cases}
    for case in more:
        numbered = (f"{case.name} ({number})" for number in count(2))
        name = case.name if case.name not in names else next(name for name in numbered if name not in names)
        names.add(name)
        of_rule.cases.append(case._replace(name=name))
    path.write_text(dump(refreshed(of_rule)), encoding="utf-8")
    return path


def refreshed(of_rule: Cases) -> Cases:
    """The cases with those of the manual as it is now first, and with what the rule finds now."""
    rule = RULES[of_rule.rule]
    manual = {case.name: case for case in of_manual(rule)}
    others = [case for case in of_rule.cases if case.name not in manual and not OF_MANUAL.fullmatch(case.name)]
    return of_rule._replace(
        cases=[case._replace(findings=findings(of_rule, case)) for case in (*manual.values(), *others)]
    )


OF_MANUAL = re.compile(r"example \d+ of the manual")


def of_manual(rule: Rule) -> Iterator[Case]:
    """The examples in which the rule finds something, without marks; in place of the line that names machines, these."""
    for number, block in enumerate(examples(rule)[0], 1):
        yield example(block, f"example {number} of the manual")


def example(block: str, name: str) -> Case:
    lines = [MARK.sub("", line) for line in block.splitlines()]
    given = options.in_text(block)
    text = "".join(f"{line}\n" for line in lines[bool(given) :] if line)
    return Case(name, text, given)


def findings(of_rule: Cases, case: Case) -> list[Found]:
    """What the rule finds in a case."""
    name, given = of_rule.rule, options.parse({**of_rule.settings, **case.settings})
    given = given._replace(allowed=(Path(),), select=frozenset() if name in WHOLE_RUN else frozenset({name}))
    with _folder({**case.files, CONFIG: case.config}, case.encoding):
        result = linting.lint(Path(CONFIG), read(Path(CONFIG)), given)
        return [_found(item) for item in result.diagnostics if item.rule == name]


@contextmanager
def _folder(files: Mapping[str, str], encoding: str) -> Iterator[None]:
    """A working folder that holds files, some of which may lie above it, and nothing else."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as outside:
        folder = Path(outside, "project")
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode(encoding))
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def _found(item: Diagnostic) -> Found:
    found: Found = {
        "severity": item.severity.value,
        "effect": item.effect.value if item.effect else "",
        "path": item.path,
        **_place(item.span),
        "message": item.message,
        "help": item.help,
        "notes": [{**_place(note.span), "message": note.message} for note in item.notes],
    }
    if item.edits:
        found["safe_fix" if all(edit.safe for edit in item.edits) else "unsafe_fix"] = _fixed(item.edits)
    return {name: value for name, value in found.items() if value}


def _place(span: Span) -> Found:
    """From where to where, line:column, with the end behind the last character; and what stands there."""
    first, last, file = span.first, span.last, os.path.relpath(span.source.name)
    place = f"{first.line}:{first.column}-{last.line}:{last.column}"
    return {"span": place if file == CONFIG else f"{file}:{place}", "text": _readable(span.text)}


def _readable(text: str) -> str:
    """The text with bytes that are not UTF-8 as escapes, since YAML cannot hold them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _fixed(edits: tuple[Edit, ...]) -> str:
    """The file after the edits of one finding."""
    (source,) = {edit.span.source for edit in edits}
    return editing.apply(source, edits)
