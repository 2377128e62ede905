"""What rules say of their manuals' examples, and of these with a line changed: `verdicts.txt`, which people read.

A case is written as the number of the example, what was changed and the verdict:

    lora-rank-unusual
      1
        3:17-3:20 '512' warning silently: `lora_rank: 512` is ...
      1 {"3": "    lora_rank: 8"} pipeline=sft
        nothing
      0 {"1": "pretrain: a\\nactor_train: {model_args: {lora_rank: 512}}"} release=0.2.1
        2:39-2:42 ...

Example 0 is empty: its first line may hold any config.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from roll_schema.facts import releases
from roll_schema.facts.catalog.gpus import GPUS, Cluster
from roll_schema.rules import OPTIONAL_GROUPS, RULES
from roll_schema.rules.rule import Rule
from roll_schema.source.diagnostic import Diagnostic
from roll_schema.source.text import Span
from tests.support import MARK, examples, lint_text

VERDICTS = Path(__file__).parent / "verdicts.txt"


class Case(NamedTuple):
    """An example (from 1, firing ones first; 0 is empty) in which lines (from 1) are replaced; "" deletes one."""

    example: int
    lines: dict[str, str] = {}
    given: dict[str, str] = {}

    def __str__(self) -> str:
        lines = [json.dumps(self.lines, ensure_ascii=False)] if self.lines else []
        return " ".join([str(self.example), *lines, *(f"{key}={value}" for key, value in self.given.items())])


def parse_case(line: str) -> Case:
    number, _, rest = line.strip().partition(" ")
    lines: dict[str, str] = {}
    if rest.startswith("{"):
        lines, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:]
    return Case(int(number), lines, dict(word.split("=") for word in rest.split()))


def cases() -> dict[str, list[Case]]:
    """The cases of the file, by rule."""
    return {
        name: [parse_case(line) for line in text.splitlines()[1:] if not line.startswith("    ")]
        for name, text in sections().items()
    }


def release_of(rule: Rule) -> str:
    names = ("0.1.3", *reversed(releases.NAMES))
    return next(name for name in names if releases.load(name).matches(rule.releases))


def pipeline_of(rule: Rule) -> str:
    if rule.pipelines and "rlvr" not in rule.pipelines:
        return rule.pipelines[0]
    agentic = ("AgenticConfig", "EnvManagerConfig", "LLMProxyConfig", "RewardNormalizationConfig")
    return "agentic" if rule.subject in agentic else {"DPOConfig": "dpo"}.get(rule.subject, "rlvr")


def machines_of(text: str) -> dict[str, Any]:
    """The machines that an example's first line names: `# roll-lint --gpu a100-40g --nodes 1`."""
    given = dict(re.findall(r"--(\S+) (\S+)", text.partition("\n")[0]))
    machines: dict[str, Any] = {"gpu": GPUS[given["gpu"]]} if "gpu" in given else {}
    if "nodes" in given:
        machines["cluster"] = Cluster(int(given["nodes"]), int(given.get("gpus-per-node", 8)))
    return machines


def diagnostics(rule: Rule, text: str, **given: Any) -> list[Diagnostic]:
    """What a rule says of an example."""
    options: dict[str, Any] = {
        "release": release_of(rule),
        "pipeline": pipeline_of(rule),
        "targets": frozenset({rule.group} & set(OPTIONAL_GROUPS)),
        "preview": rule.preview,
    }
    if "compared" in given:
        given["compared"] = releases.load(given["compared"])
    result = lint_text(text, **options | machines_of(text) | given)
    return [item for item in result.diagnostics if item.rule == rule.name]


def text_of(rule: Rule, case: Case) -> str:
    """The example as the case has it, without marks."""
    example = ["\n", *examples(rule)[0], *examples(rule)[1]][case.example]
    lines = [MARK.sub("", line) for line in example.splitlines()]
    for number, line in case.lines.items():
        lines[int(number) - 1] = line
    return "".join(f"{line}\n" for line in lines if line)


def verdict(rule: Rule, case: Case, **options: Any) -> str:
    """All that a rule says of a case."""
    said = [line for item in diagnostics(rule, text_of(rule, case), **case.given, **options) for line in _said(item)]
    return "".join(f"    {line}\n" for line in said or ["nothing"])


def _said(item: Diagnostic) -> Iterator[str]:
    yield f"{_place(item.span)} {item.severity.value} {item.fails}: {item.message}".replace(" :", ":")
    if item.help:
        yield f"  help: {item.help}"
    for note in item.notes:
        yield f"  also {_place(note.span)}: {note.message}"
    for edit in item.edits:
        yield f"  {'fix' if edit.safe else 'unsafe fix'} {_place(edit.span)} -> {edit.text!r}"


def _place(span: Span) -> str:
    first, last = span.first, span.last
    return f"{first.line}:{first.column}-{last.line}:{last.column} {span.text!r}"


def section(name: str, of_rule: list[Case]) -> str:
    """The file's part on one rule."""
    return name + "\n" + "".join(f"  {case}\n{verdict(RULES[name], case)}" for case in of_rule)


def sections() -> dict[str, str]:
    """The file's parts, by rule."""
    found: dict[str, str] = {}
    for line in VERDICTS.read_text(encoding="utf-8").splitlines(keepends=True):
        if not line.startswith(" "):
            name = line.strip()
            found[name] = ""
        found[name] += line
    return found


def write(more: dict[str, list[Case]] | None = None) -> None:
    """Write the file anew: every firing example as it is, then the cases that it has, then more."""
    old = cases() if VERDICTS.exists() else {}
    parts = []
    for name in sorted(RULES):
        plain = [Case(number) for number in range(1, len(examples(RULES[name])[0]) + 1)]
        kept = [case for case in old.get(name, []) if case not in plain and _applies(RULES[name], case)]
        if of_rule := plain + kept + (more or {}).get(name, []):
            parts.append(section(name, of_rule))
    VERDICTS.write_text("".join(parts), encoding="utf-8")


def _applies(rule: Rule, case: Case) -> bool:
    """Whether the manual still has such an example with such lines."""
    try:
        text_of(rule, case)
    except IndexError:
        return False
    return True
