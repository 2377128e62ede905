"""How the examples and cases of a rule are linted, by the names of the command line's options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from roll_schema.engine.options import Options
from roll_schema.facts import releases
from roll_schema.facts.catalog.gpus import GPUS, Cluster
from roll_schema.rules import OPTIONAL_GROUPS
from roll_schema.rules.rule import Rule
from roll_schema.source.diagnostic import Diagnostic
from tests.support import lint_text

Settings = Mapping[str, Any]


def of_rule(rule: Rule) -> dict[str, Any]:
    """The release, pipeline and target that a rule is shown with."""
    target = {"target": rule.group} if rule.group in OPTIONAL_GROUPS else {}
    return {"release": _release_of(rule), "pipeline": pipeline_of(rule), **target}


def _release_of(rule: Rule) -> str:
    names = ("0.1.3", *reversed(releases.NAMES))
    return next(name for name in names if releases.load(name).matches(rule.releases))


def pipeline_of(rule: Rule) -> str:
    if rule.pipelines and "rlvr" not in rule.pipelines:
        return rule.pipelines[0]
    agentic = ("AgenticConfig", "EnvManagerConfig", "LLMProxyConfig", "RewardNormalizationConfig")
    return "agentic" if rule.subject in agentic else {"DPOConfig": "dpo"}.get(rule.subject, "rlvr")


def in_text(text: str) -> dict[str, Any]:
    """The options in the first line of an example: `# roll-lint --gpu a100-40g --nodes 1`."""
    given = dict(re.findall(r"--(\S+) (\S+)", text.partition("\n")[0]))
    return {name: int(value) if value.isdigit() else value for name, value in given.items()}


def parse(settings: Settings) -> Options:
    """The options as the linter takes them; `from` is the release that a config was written for."""
    given = Options(settings["release"], settings["pipeline"], preview=True, gpu=GPUS.get(settings.get("gpu", "")))
    if "target" in settings:
        given = given._replace(targets=frozenset({settings["target"]}))
    if "from" in settings:
        given = given._replace(compared=releases.load(settings["from"]))
    if "nodes" in settings:
        given = given._replace(cluster=Cluster(settings["nodes"], settings.get("gpus-per-node", 8)))
    return given._replace(overrides=tuple(settings.get("overrides", ())))


def diagnostics(rule: Rule, text: str) -> list[Diagnostic]:
    """What a rule finds in an example."""
    result = lint_text(text, **parse({**of_rule(rule), **in_text(text)})._asdict())
    return [item for item in result.diagnostics if item.rule == rule.name]
