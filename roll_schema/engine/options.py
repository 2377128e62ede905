"""How to lint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from roll_schema.engine.settings import Project

if TYPE_CHECKING:
    from roll_schema.facts.catalog.gpus import Cluster, Gpu
    from roll_schema.facts.releases import Release
    from roll_schema.rules.rule import Rule
    from roll_schema.source.diagnostic import Severity


class Options(NamedTuple):
    """How to lint; `release` and `pipeline` are None where they shall be found out, `targets` are optional groups.

    `preview` adds rules that are on trial, `severities` overrule the rules' own, by rule or group, and `manual` is the
    address of the rules' pages.
    """

    release: str | None = None
    pipeline: str | None = None
    project: Project = Project()
    roll_src: Path | None = None
    fork: Release | None = None
    compared: Release | None = None
    fork_reason: str = ""
    overrides: tuple[str, ...] = ()
    search_paths: tuple[Path, ...] = ()
    allowed: tuple[Path, ...] = ()
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    cluster: Cluster | None = None
    nodes: int | None = None
    gpus_per_node: int | None = None
    gpu: Gpu | None = None
    preview: bool = False
    severities: Mapping[str, Severity] = {}
    manual: str = ""

    def severity(self, rule: Rule) -> Severity | None:
        """What the settings say of a rule, by its name or else its group."""
        return self.severities.get(rule.name, self.severities.get(rule.group))
