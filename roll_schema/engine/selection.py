"""Which rules are asked for, and which hold for a config."""

from __future__ import annotations

from typing import NamedTuple

from roll_schema.engine.options import Options
from roll_schema.facts import supported
from roll_schema.facts.releases import Release
from roll_schema.rules import FAULT_GROUPS, GROUPS, OPTIONAL_GROUPS, rules_of
from roll_schema.rules.rule import Rule


class Selection(NamedTuple):
    """The rules to go by for a release."""

    options: Options
    release: Release

    @property
    def is_narrowed(self) -> bool:
        """Whether only some rules are asked for."""
        return bool(self.options.select or self.options.ignore)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of which some rule may have been asked for; what is in others need not even be loaded."""
        select, targets = self.options.select, self.options.targets
        return tuple(
            group
            for group, names in GROUPS.items()
            if group not in self.options.ignore
            and (group not in OPTIONAL_GROUPS or group in targets)
            and (not select or group in select or not select.isdisjoint(name.replace("_", "-") for name in names))
        )

    def applies(self, rule: Rule, pipeline: str) -> bool:
        """Whether a rule was asked for, and is about this release and pipeline."""
        return self.chosen(rule) and self.holds(rule, pipeline)

    def holds(self, rule: Rule, pipeline: str = "") -> bool:
        """Whether a rule is about this release, pipeline and target."""
        in_pipeline = not rule.pipelines or not pipeline or pipeline in rule.pipelines
        target = rule.group not in OPTIONAL_GROUPS or rule.group in self.options.targets
        overruled = "run" in self.options.targets and rule.name in supported.OF_ROLL_ALONE
        on_trial = rule.preview and not self.options.preview and rule.name not in self.options.select
        return in_pipeline and target and not overruled and not on_trial and self.release.matches(rule.releases)

    def chosen(self, rule: Rule) -> bool:
        """Whether `select` and `ignore` ask for a rule."""
        select, ignore = self.options.select, self.options.ignore
        selected = not select or rule.name in select or rule.group in select
        return selected and rule.name not in ignore and rule.group not in ignore

    def unselected(self, pipeline: str) -> int:
        """How many rules that hold for a config of a pipeline are not asked for."""
        rules = (rule for group in GROUPS if group not in FAULT_GROUPS for rule in rules_of(group))
        return sum(self.holds(rule, pipeline) and not self.chosen(rule) and not rule.claims for rule in rules)
