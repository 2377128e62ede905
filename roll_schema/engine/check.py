"""The second stage: a loaded config is typed by the models of its pipeline, and the rules look at it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import chain

from roll_schema import models
from roll_schema.composition.compose import Composition
from roll_schema.engine import detect
from roll_schema.engine.findings import Findings
from roll_schema.engine.load import Document
from roll_schema.engine.options import Options
from roll_schema.engine.result import UNDECIDED
from roll_schema.engine.selection import Selection
from roll_schema.facts.missing import FactMissing
from roll_schema.models import unchecked
from roll_schema.models.roles import roles_of
from roll_schema.models.section import Section, Unresolved
from roll_schema.models.validation import SchemaError, facts_of, sections, validate
from roll_schema.rules import CLAIMING_GROUPS, FAULT_GROUPS, rules_of
from roll_schema.rules.rule import Context, Problem, Rule
from roll_schema.source.diagnostic import Effect
from roll_schema.source.tree import Node, lookup

MAX_PROBLEMS = 10_000
"""Problems of a config that are shown; nobody reads more, and a hostile config has them by the million."""


def check(document: Document, options: Options) -> Findings:
    """What the rules say of a document, and what kept it from being loaded."""
    findings = Findings(document, Selection(options, document.facts))
    findings.add_faults(document.faults)
    if document.composition is None or document.resolved is None or not isinstance(document.resolved.value, dict):
        return findings
    name = document.pipeline.name
    if name != UNDECIDED:
        _check_as(name, findings, document.composition, document.resolved)
        return findings
    return _shared(findings, document.composition, document.resolved)


def _shared(before: Findings, composition: Composition, resolved: Node) -> Findings:
    """What is wrong whichever pipeline the config is for."""
    findings, shared = before, before.found
    for name in detect.CANDIDATES:
        if name in before.document.facts.pipelines:
            is_first = findings is before
            findings = replace(findings.copy(), found=dict(before.found))
            _check_as(name, findings, composition, resolved)
            shared = {key: item for key, item in findings.found.items() if is_first or key in shared}
    return replace(findings, found=shared or before.found)


def _check_as(name: str, findings: Findings, composition: Composition, resolved: Node) -> None:
    """Add what the rules say of a config of one pipeline."""
    document, selection = findings.document, findings.selection
    options, release = selection.options, document.facts
    base = resolved.value.get("pure_opd_pipeline_type")
    model = models.of_pipeline(name, base.value if base is not None else "")
    findings.add_faults(detect.not_in_release(name, release, document.source.span(0, 0)))
    fields = facts_of(model, release)
    if not fields:
        if name in release.pipelines:
            findings.block("pipeline-not-in-release", f"the checkout has no config class `{model.class_in_roll()}`")
        return
    if release.changed:
        from roll_schema.models.fork import adapted

        model = adapted(model, release)
    findings.roles = roles_of(resolved, fields, name)
    findings.add_faults(findings.roles.faults(resolved))
    root = findings.roles.kept(resolved)
    # A key that some `${…}` refers to is a variable, unless it is a field as well.
    written = {key: node for key, node in root.value.items() if key not in document.used or key in fields}
    config, errors = validate(replace(root, value=written), model, release)
    context = Context(
        release,
        root,
        pipeline=name,
        roles=findings.roles,
        compared=options.compared,
        cluster=options.cluster,
        gpu=options.gpu,
        primary_file=document.source.name,
        targets=options.targets,
    )
    claimants = _claimants()
    for error in errors:
        if len(findings.found) + len(findings.filtered) > MAX_PROBLEMS:
            findings.block("too-many-problems", f"more than {MAX_PROBLEMS:,} problems; the rest is not shown")
            break
        here = context._replace(path=error.path)
        for rule in claimants.get(error.kind, claimants.get("*", [])):
            if selection.holds(rule, name):
                _run(rule, error, here, findings)
    findings.config = config
    if config is None:
        findings.block("too-many-problems", "too many invalid values to check the rest of this config")
        return
    findings.roles.give_parts(config)
    if not composition.complete:
        return  # without all fragments a key may only seem missing
    findings.was_checked = True
    if selection.is_narrowed:
        findings.unselected = selection.unselected(name)
    groups = selection.groups
    applying: dict[type[Section], list[Rule]] = {}
    for path, section in sections(config):
        kind = type(section)
        if kind not in applying:
            applying[kind] = [rule for rule in _rules_on(kind, groups) if selection.applies(rule, name)]
        here = context._replace(path=path)
        for rule in applying[kind]:
            _run(rule, section, here, findings)


def _run(rule: Rule, subject: Section | SchemaError, context: Context, findings: Findings) -> None:
    """Run a rule on a thing; what it cannot know, it does not judge."""
    arguments = (subject, context) if rule.takes_context else (subject,)
    try:
        for problem in rule.check(*arguments):
            if isinstance(subject, SchemaError):
                findings.add(rule, _in_time(rule, problem, subject, context), "", context.root)
            else:
                findings.add(rule, problem, context.path, context.root)
    except Unresolved:
        findings.unjudged.add(rule.name)
    except (AttributeError, TypeError):
        if findings.selection.options.fork is None:
            raise
        # A fork may lack a section that the rule reads, or a number that it counts with.
        findings.unjudged.add(rule.name)
    except FactMissing as missing:
        skipped = [(rule.name, fact) for fact in missing.args]
        findings.skipped.extend(item for item in skipped if item not in findings.skipped)


def _in_time(rule: Rule, problem: Problem, error: SchemaError, context: Context) -> Problem:
    """When ROLL fails on a value that its loader would refuse, had it been asked to check it, or not dropped it."""
    if (problem.effect or rule.effect) is not Effect.LOAD:
        return problem
    if context.pipeline in unchecked.PIPELINES:
        return problem if unchecked.stops(error) else problem._replace(effect=Effect.STARTUP)
    asked = lookup(context.root, ("use_opd",))
    if error.swallowed and not context.distills and (asked is None or asked.value is not True):
        return problem._replace(effect=Effect.IGNORED)
    return problem


@cache
def _claimants() -> dict[str, list[Rule]]:
    table: dict[str, list[Rule]] = {}
    for rule in chain.from_iterable(map(rules_of, CLAIMING_GROUPS)):
        for kind in rule.claims:
            table.setdefault(kind, []).append(rule)
    return table


@cache
def _rules_on(section: type[Section], asked: tuple[str, ...]) -> list[Rule]:
    names = {parent.__name__ for parent in section.__mro__}
    rules = chain.from_iterable(rules_of(group) for group in asked if group not in FAULT_GROUPS)
    return [rule for rule in rules if rule.subject in names]
