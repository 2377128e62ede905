"""What linting one file gave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from roll_schema.models.roles import USUAL, Roles
from roll_schema.source.diagnostic import Diagnostic, Effect, Severity

if TYPE_CHECKING:
    from roll_schema.facts.releases import Release
    from roll_schema.models.section import Section
    from roll_schema.source.text import Source, Span
    from roll_schema.source.tree import Node

UNDECIDED = "unknown"
"""In place of a pipeline's name where nothing tells it."""


class Choice(NamedTuple):
    """A release or pipeline and the reason for it."""

    name: str
    reason: str


@dataclass(slots=True, eq=False, repr=False)
class Result:
    """What linting one file gave by a release's `facts`; `composed` is the tree before `${…}`, `resolved` after.

    `silent` are diagnostics that comments asked not to show, `known` those of a baseline; `includes` are the fragments
    with the entries that ask for them, `secrets` the values that must not be shown, and `manual` is where the rules'
    pages are.
    """

    file: str
    release: Choice
    facts: Release
    pipeline: Choice
    diagnostics: list[Diagnostic] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    composed: Node | None = None
    resolved: Node | None = None
    config: Section | None = None
    roles: Roles = USUAL
    silent: list[Diagnostic] = field(default_factory=list)
    known: list[Diagnostic] = field(default_factory=list)
    includes: dict[Source, Span] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    was_composed: bool = False
    was_checked: bool = False
    """Whether the rules ran, which they do not where the text is no YAML or a fragment is missing."""
    was_narrowed: bool = False
    """Whether only some rules were asked for."""
    filtered: int = 0
    """Findings of rules that were not asked for."""
    unselected: int = 0
    """Rules that hold for this config and did not run, since they were not asked for."""
    unknown: int = 0
    """Values that cannot be known before the run, such as those of unset environment variables."""
    unjudged: set[str] = field(default_factory=set)
    """Rules that stopped at a value that is unknown or wrong."""
    manual: str = ""

    def count(self, severity: Severity) -> int:
        return sum(diagnostic.severity is severity for diagnostic in self.diagnostics)

    @property
    def lacking(self) -> list[tuple[str, str]]:
        """Rules that were skipped, with the missing fact; the machines are for those who ask for rules on them."""
        return [item for item in self.skipped if item[1] not in ("cluster", "gpu")]

    @property
    def is_complete(self) -> bool:
        """Whether every rule that holds for this config judged all of it."""
        decided = self.pipeline.name != UNDECIDED
        return decided and not (self.filtered or self.unselected or self.unknown or self.unjudged or self.lacking)

    def forget_trees(self) -> Result:
        """Keep what reports show, which is little beside the trees; gives itself."""
        self.composed = self.resolved = self.config = None
        self.includes = {}
        return self

    def fails_at_load(self) -> bool:
        """Whether ROLL would refuse the config before it starts anything."""
        errors = (diagnostic for diagnostic in self.diagnostics if diagnostic.severity is Severity.ERROR)
        return any(diagnostic.effect is Effect.LOAD for diagnostic in errors)
