"""What rules find, put into words and at its place in the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from roll_schema.engine.load import Document
from roll_schema.engine.selection import Selection
from roll_schema.models.roles import USUAL, Roles
from roll_schema.models.section import Section
from roll_schema.rules import RULES
from roll_schema.rules.rule import Problem, Rule
from roll_schema.source import change, tree
from roll_schema.source.diagnostic import Diagnostic, Edit, Fault, Note, Severity
from roll_schema.source.path import parse
from roll_schema.source.secrets import MASK, is_secret_path
from roll_schema.source.text import Source, Span
from roll_schema.source.tree import Node

Key = tuple[str, Span, str]
"""What is reported once: a rule, its place, and the path of a key that is missing there."""

_HOPS = {
    "interpolated": "used here",
    "aliased": "repeated here",
    "replaced": "replaces the value written here",
    "overridden": "overrides the value written here",
}


@dataclass(slots=True, eq=False, repr=False)
class Findings:
    """The findings on a document by some rules; `filtered` are those of rules that were not asked for.

    `skipped` are rules with the fact that they lack, `unjudged` those that stopped at a value that is unknown or wrong,
    and `unselected` counts those that hold for the config and were not asked for.
    """

    document: Document
    selection: Selection
    found: dict[Key, Diagnostic] = field(default_factory=dict)
    filtered: set[Key] = field(default_factory=set)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    unjudged: set[str] = field(default_factory=set)
    unselected: int = 0
    config: Section | None = None
    roles: Roles = USUAL
    was_checked: bool = False
    """Whether the rules ran, which they do not where the text is no YAML or a fragment is missing."""

    def copy(self) -> Findings:
        return replace(
            self,
            found=dict(self.found),
            filtered=set(self.filtered),
            skipped=list(self.skipped),
            unjudged=set(self.unjudged),
        )

    def add_faults(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            rule = RULES[fault.rule]
            if not fault.blocking and not self.selection.holds(rule):
                continue
            for problem in rule.check(fault):
                notes = (*fault.notes, *self._include_notes(fault.span))
                safe = fault.span.source is self.document.source
                edits = tuple(edit._replace(safe=edit.safe and safe) for edit in fault.edits)
                diagnostic = self._diagnostic(rule, problem, fault.span, fault.path, notes)
                if fault.blocking:
                    diagnostic = diagnostic._replace(severity=Severity.ERROR, blocking=True)
                self._add(diagnostic._replace(edits=edits))

    def block(self, rule: str, message: str) -> None:
        """Add what kept a part of the config from being checked."""
        self.add_faults([Fault(rule, message, self.document.source.span(0, 0), blocking=True)])

    def add(self, rule: Rule, problem: Problem, base: str, root: Node) -> None:
        """Add what a rule found in the section at `base`."""
        path = self.roles.written(".".join(filter(None, (base, problem.field))))
        node, span = locate(root, path, self.document.source, at_key=problem.at_key)
        notes = [*_hop_notes(node), *self._include_notes(span)]
        for also, message in problem.also.items():
            other = also[1:] if also.startswith("/") else ".".join(filter(None, (base, also)))
            notes.append(Note(message, locate(root, self.roles.written(other), self.document.source)[1]))
        if node is not None and is_secret_path(path):
            problem = problem._replace(message=_without(node, problem.message), help=_without(node, problem.help))
        elsewhere = tuple(note for note in notes if note.span != span)
        diagnostic = self._diagnostic(rule, problem, span, path or None, elsewhere)
        self._add(diagnostic._replace(edits=self._edits(problem, root, path)), missing=path if node is None else "")

    def _diagnostic(
        self, rule: Rule, problem: Problem, span: Span, path: str | None, notes: tuple[Note, ...]
    ) -> Diagnostic:
        severity = self.selection.options.severity(rule) or problem.severity or rule.severity
        effect = problem.effect or rule.effect
        return Diagnostic(rule.name, severity, problem.message, span, effect, problem.help, path, notes)

    def _edits(self, problem: Problem, root: Node, path: str) -> tuple[Edit, ...]:
        """What a machine can do about a problem."""
        if problem.change is None:
            return ()
        made = change.edits(problem.change, root, path, self.document.source.name)
        return made if problem.certain else tuple(edit._replace(safe=False) for edit in made)

    def _include_notes(self, span: Span) -> Iterator[Note]:
        entry = self.document.includes.get(span.source)
        if entry is not None:
            yield Note("included here", entry)

    def _add(self, diagnostic: Diagnostic, missing: str = "") -> None:
        """One report per literal, or per missing key: further uses of it join the first as notes."""
        key = (diagnostic.rule, diagnostic.span, missing)
        if not diagnostic.blocking and not self.selection.chosen(RULES[diagnostic.rule]):
            self.filtered.add(key)
            return
        first = self.found.get(key)
        if first is None:
            self.found[key] = diagnostic
        elif diagnostic.path != first.path or diagnostic.notes != first.notes:
            more = tuple(note for note in diagnostic.notes if note not in first.notes)
            self.found[key] = first._replace(notes=(*first.notes, *more))


def locate(root: Node, path: str, source: Source, *, at_key: bool = False) -> tuple[Node | None, Span]:
    """The node of a path with the span to show: the literal; for what is missing, the nearest key above it."""
    nodes, whole = tree.way(root, parse(path))
    here = nodes[-1]
    if here is root or not whole:
        return (here if whole else None), (source.span(0, 0) if here is root else here.key_span or here.span)
    spread = isinstance(here.value, (dict, list)) and here.span.first.line != here.span.last.line
    if here.key_span is not None and (at_key or spread or not here.span.text):
        return here, here.key_span
    return here, here.span


def _hop_notes(node: Node | None) -> Iterator[Note]:
    """How a value came to its place."""
    for hop in node.hops if node is not None else ():
        yield Note(_HOPS[hop.kind], hop.span)


def _without(node: Node, text: str) -> str:
    """A message that does not tell the values below a node."""
    for _, leaf in tree.walk(node):
        shown = str(leaf.value)
        if not isinstance(leaf.value, (dict, list)) and leaf.value is not None and len(shown) > 1:
            text = text.replace(shown, MASK)
    return text
