"""For code scanning: a SARIF 2.1.0 log with fixes, related places, and fingerprints that stay when lines move."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from roll_schema.engine.fingerprint import fingerprints
from roll_schema.engine.result import Result
from roll_schema.report.places import file_uri, rule_page, shown_edits, whole_message
from roll_schema.rules import RULES
from roll_schema.rules.rule import Rule
from roll_schema.source.diagnostic import Diagnostic, Edit, Severity
from roll_schema.source.secrets import clean
from roll_schema.source.text import Span
from roll_schema.version import VERSION

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(results: list[Result]) -> str:
    """One run; what comments or the baseline keep silent is in it as suppressed."""
    names = sorted({item.rule for result in results for item in (*result.diagnostics, *result.silent, *result.known)})
    manual = next((result.manual for result in results if result.manual), "")
    index = {name: number for number, name in enumerate(names)}
    driver: dict[str, Any] = {"name": "roll-lint", "version": VERSION, "semanticVersion": VERSION}
    if manual:
        driver["informationUri"] = manual
    driver["rules"] = [_rule(RULES[name], manual) for name in names]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True}],
        "results": [found for result in results for found in _results(result, index)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule, manual: str) -> dict[str, Any]:
    first, _, rest = rule.manual.partition("\n")
    page = rule_page(manual, rule.name)
    return {
        "id": rule.name,
        "shortDescription": {"text": first},
        "fullDescription": {"text": rest.strip().partition("\n\n")[0] or first},
        "help": {"text": rule.manual, "markdown": rule.manual},
        **({"helpUri": page} if page else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": [rule.group],
            **({"fails": rule.effect.code, "effect": rule.effect.value} if rule.effect else {}),
        },
    }


def _results(result: Result, index: dict[str, int]) -> Iterable[dict[str, Any]]:
    """All that was found, in the order of the text; fingerprints count what is silent too, so that they stay."""
    suppressed = {id(item): "inSource" for item in result.silent} | {id(item): "external" for item in result.known}
    found = sorted((*result.diagnostics, *result.silent, *result.known), key=lambda item: item.sort_key)
    for item, mark in fingerprints(found):
        kind = suppressed.get(id(item))
        yield _result(item, index[item.rule], mark) | ({"suppressions": [{"kind": kind}]} if kind else {})


def _result(item: Diagnostic, index: int, mark: str) -> dict[str, Any]:
    effect = item.effect.value if item.effect else ""
    properties = {"path": item.path, "fails": item.fails, "effect": effect}
    found: dict[str, Any] = {
        "ruleId": item.rule,
        "ruleIndex": index,
        "level": _LEVELS[item.severity],
        "message": {"text": whole_message(item)},
        "locations": [{"physicalLocation": _place(item.span)}],
        "partialFingerprints": {"rollLint/v1": mark},
        "properties": {key: clean(value) for key, value in properties.items() if value},
    }
    if item.notes:
        found["relatedLocations"] = [
            {"id": number, "message": {"text": clean(note.message)}, "physicalLocation": _place(note.span)}
            for number, note in enumerate(item.notes, start=1)
        ]
    if edits := shown_edits(item):
        found["fixes"] = [_fix(item.help, edits)]
    return found


def _fix(advice: str, edits: tuple[Edit, ...]) -> dict[str, Any]:
    """A fix, its edits by the file that they are on."""
    files: dict[str, list[Edit]] = {}
    for edit in edits:
        files.setdefault(edit.span.source.name, []).append(edit)
    changes = [
        {
            "artifactLocation": {"uri": file_uri(name)},
            "replacements": [
                {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in edits_of
            ],
        }
        for name, edits_of in files.items()
    ]
    return {"description": {"text": clean(advice or "Fix it.")}, "artifactChanges": changes}


def _place(span: Span) -> dict[str, Any]:
    return {"artifactLocation": {"uri": file_uri(span.source.name)}, "region": _region(span)}


def _region(span: Span) -> dict[str, Any]:
    first, last = span.first, span.last
    return {"startLine": first.line, "startColumn": first.column, "endLine": last.line, "endColumn": last.column}
