"""The third stage: findings as they are shown, without those that comments hide and without secrets, in order."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from roll_schema.engine.findings import Findings
from roll_schema.engine.result import Result
from roll_schema.rules import RULES
from roll_schema.source.diagnostic import Diagnostic
from roll_schema.source.redact import redacted


def present(findings: Findings) -> Result:
    """The result that commands, editors and programs are given."""
    document, selection = findings.document, findings.selection
    shown, silent = _without_silenced(findings)
    hidden = document.secrets
    return Result(
        document.source.name,
        document.release,
        document.facts,
        document.pipeline,
        [redacted(item, hidden) if hidden else item for item in sorted(shown, key=lambda item: item.sort_key)],
        skipped=findings.skipped,
        composed=document.composition.root if document.composition is not None else None,
        resolved=document.resolved,
        config=findings.config,
        roles=findings.roles,
        silent=[redacted(item, hidden) if hidden else item for item in silent],
        includes=document.includes,
        secrets=hidden,
        was_composed=document.composition is not None,
        was_checked=findings.was_checked,
        was_narrowed=selection.is_narrowed,
        filtered=len(findings.filtered),
        unselected=findings.unselected,
        unknown=document.unknown,
        unjudged=findings.unjudged,
        manual=selection.options.manual,
    )


def _without_silenced(findings: Findings) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What is shown, and what comments of any file ask not to show; tells which comments of this one are of no use."""
    document, found = findings.document, list(findings.found.values())
    others = {item.span.source for item in found} - {document.source}
    if not any("roll-lint:" in source.text for source in (document.source, *others)):
        return found, []
    if not findings.was_checked:
        return found, []  # what is wrong hides the rest, so that silence would pass for success
    from roll_schema.engine import suppress

    own, faults = suppress.comments(document.source, document.root)
    of_others = [suppress.comments(source, None)[0] for source in others]
    shown, silent = suppress.apply(found, [*own, *chain.from_iterable(of_others)])
    of_comments = replace(findings, found={})
    of_comments.add_faults([*faults, *suppress.unused(own, lambda name: _was_judged(name, findings))])
    return [*shown, *of_comments.found.values()], silent


def _was_judged(name: str, findings: Findings) -> bool:
    """Whether a rule or group would have found what there is, had it been there."""
    selection = findings.selection
    skipped = {rule for rule, _ in findings.skipped}
    if name not in RULES:
        return name in selection.groups and not selection.options.select and not skipped
    rule = RULES[name]
    applies = rule.group in selection.groups and selection.applies(rule, findings.document.pipeline.name)
    return applies and name not in skipped
