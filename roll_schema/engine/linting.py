"""read → compose → interpolate → validate → rules → sort: the whole journey of a config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from roll_schema import models
from roll_schema.composition import compose, interpolate, overrides
from roll_schema.composition.causes import traced
from roll_schema.composition.compose import Composition
from roll_schema.engine import detect, settings
from roll_schema.engine.detect import Choice
from roll_schema.engine.settings import Project, Setting
from roll_schema.facts import releases, supported
from roll_schema.facts.catalog.gpus import Gpu
from roll_schema.facts.missing import FactMissing
from roll_schema.facts.releases import Release
from roll_schema.models import distillation
from roll_schema.models.section import Section, Unresolved
from roll_schema.models.validation import SchemaError, facts_of, sections, validate
from roll_schema.rules import CLAIMING_GROUPS, FAULT_GROUPS, GROUPS, OPTIONAL_GROUPS, RULES, Entry
from roll_schema.rules.rule import Cluster, Context, Problem, Rule
from roll_schema.source import change, tree
from roll_schema.source.diagnostic import Diagnostic, Edit, Fault, Note, Severity
from roll_schema.source.redact import redacted, secret_values
from roll_schema.source.secrets import MASK, is_secret_path
from roll_schema.source.text import Source, Span
from roll_schema.source.tree import Node, lookup


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


MAX_PROBLEMS = 10_000
"""Problems of a config that are shown; nobody reads more, and a hostile config has them by the million."""


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
    distills: bool = False
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
        decided = self.pipeline.name != detect.UNDECIDED
        return decided and not (self.filtered or self.unselected or self.unknown or self.unjudged or self.lacking)

    def forget_trees(self) -> Result:
        """Keep what reports show, which is little beside the trees; gives itself."""
        self.composed = self.resolved = self.config = None
        self.includes = {}
        return self

    def fails_at_load(self) -> bool:
        """Whether ROLL would refuse the config before it starts anything."""
        errors = (diagnostic for diagnostic in self.diagnostics if diagnostic.severity is Severity.ERROR)
        return any(diagnostic.fails == "at load" for diagnostic in errors)


def lint(path: Path, source: Source, options: Options) -> Result:
    """Lint one config; never raises for what the config holds."""
    run = _Run(path, source, options)
    run.lint()
    return run.finish()


class _Run:
    def __init__(self, path: Path, source: Source, options: Options) -> None:
        self.path, self.source, self.options = path, source, options
        self.comments: dict[str, Setting] = {}
        invalid = self.read_comments()
        release = detect.release(self.path, *self.asked("release", options.release))
        self.release = options.fork or releases.load(release.name)
        if options.fork is not None:
            release = Choice(options.fork.name, options.fork_reason)
        self.result = Result(source.name, release, self.release, Choice(detect.UNDECIDED, "the file could not be read"))
        self.result.manual = options.manual
        self.result.was_narrowed = bool(options.select or options.ignore)
        self.distills = False
        self.includes: dict[Source, Span] = {}
        self.root: Node | None = None
        self._found: dict[tuple[str, Span, str], Diagnostic] = {}
        self._filtered: set[tuple[str, Span, str]] = set()
        self.report_faults(invalid)

    def read_comments(self) -> list[Fault]:
        """Take the settings that the file's comments make; what they say wrong is given back."""
        invalid = []
        for key, setting in settings.comments(self.source):
            problem = settings.wrong(key, setting.value)
            if key not in settings.COMMENT_KEYS:
                problem = f"a comment can set {' and '.join(settings.COMMENT_KEYS)}, not `{key}`"
            if problem and setting.span:
                invalid.append(Fault("invalid-setting", problem, setting.span))
            else:
                self.comments[key] = setting
        return invalid

    def asked(self, key: str, option: str | None) -> Iterator[Setting | None]:
        """What was asked for, most explicit first: command line, comment, settings file."""
        yield Setting(option, f"--{'roll-' * (key == 'release')}{key}") if option is not None else None
        yield self.comments.get(key)
        yield self.options.project.get(key, self.path)

    def lint(self) -> None:
        root, faults = tree.parse(self.source)
        self.root = root
        if root is None and faults:
            self.report_faults(fault._replace(blocking=True) for fault in faults)
            return
        self.report_faults(faults)
        given, faults = overrides.parse(list(self.options.overrides))
        self.report_faults(faults)
        if root is None or root.value is None:
            self.report_faults([Fault("empty-file", "this config is empty", self.source.span(0, 0), blocking=True)])
            return
        composition = compose.compose(
            self.path, self.source, root, given, self.options.search_paths, self.options.allowed
        )
        self.includes = self.result.includes = composition.includes
        resolved, faults, used, self.result.unknown = interpolate.resolve(composition.root)
        self.result.composed, self.result.resolved = composition.root, resolved
        self.result.was_composed = True
        self.result.secrets = secret_values(resolved) | secret_values(composition.root)
        for source in (self.source, *composition.includes):
            source.secrets = self.result.secrets
        self.report_faults(traced(composition, faults, used))
        asked = self.asked("pipeline", self.options.pipeline)
        pipeline = detect.pipeline(resolved, self.path, self.release.pipelines, *asked)
        self.result.pipeline = pipeline
        if not isinstance(resolved.value, dict):
            return
        if pipeline.name != detect.UNDECIDED:
            self.check(composition, resolved, used, pipeline.name)
        else:
            self.check_all(composition, resolved, used)

    def check_all(self, composition: Composition, resolved: Node, used: set[str]) -> None:
        """Keep what is wrong whichever pipeline the config is for."""
        found = dict(self._found)
        shared: dict[tuple[str, Span, str], Diagnostic] | None = None
        for name in detect.CANDIDATES:
            if name in self.release.pipelines:
                self._found = dict(found)
                self.check(composition, resolved, used, name)
                shared = {key: item for key, item in self._found.items() if shared is None or key in shared}
        self._found = shared or found

    def check(self, composition: Composition, resolved: Node, used: set[str], name: str) -> None:
        base = resolved.value.get("pure_opd_pipeline_type")
        model = models.of_pipeline(name, base.value if base is not None else "")
        # A key that some `${…}` refers to is a variable, unless it is a field as well.
        self.report_faults(detect.not_in_release(name, self.release, self.source.span(0, 0)))
        fields = facts_of(model, self.release)
        if not fields:
            if name in self.release.pipelines:
                self.block("pipeline-not-in-release", f"the checkout has no config class `{model.class_in_roll()}`")
            return
        if self.release.changed:
            from roll_schema.models.fork import adapted

            model = adapted(model, self.release)
        self.distills = distillation.is_pure(resolved, model, self.release, name)
        if self.distills:
            self.report_faults(distillation.discarded(resolved))
        root = distillation.with_stand_ins(resolved) if self.distills else resolved
        written = {key: node for key, node in root.value.items() if key not in used or key in fields}
        config, errors = validate(replace(root, value=written), model, self.release)
        context = Context(
            self.release,
            root,
            pipeline=name,
            distills=self.distills,
            compared=self.options.compared,
            cluster=self.options.cluster,
            gpu=self.options.gpu,
            primary_file=self.source.name,
            targets=self.options.targets,
        )
        claimants = _claimants()
        for error in errors:
            if len(self._found) + len(self._filtered) > MAX_PROBLEMS:
                self.block("too-large", f"more than {MAX_PROBLEMS:,} problems; the rest is not shown")
                break
            here = context._replace(path=error.path)
            for entry in claimants.get(error.kind, claimants.get("*", [])):
                if self.holds(entry, name):
                    self.run(RULES[entry.name], error, here)
        self.result.config, self.result.distills = config, self.distills
        if config is None:
            self.block("too-large", "too many invalid values to check the rest of this config")
            return
        if not composition.complete:
            return  # without all fragments a key may only seem missing
        self.result.was_checked = True
        groups = self.groups()
        if self.result.was_narrowed:
            self.result.unselected = sum(
                self.holds(entry, name) and not self.chosen(entry)
                for entry in RULES.entries(tuple(group for group in GROUPS if group not in FAULT_GROUPS))
                if not entry.claims
            )
        applying: dict[type[Section], list[Rule]] = {}
        for path, section in sections(config):
            kind = type(section)
            if kind not in applying:
                applying[kind] = [RULES[entry.name] for entry in _entries_on(kind, groups) if self.applies(entry, name)]
            here = context._replace(path=path)
            for rule in applying[kind]:
                self.run(rule, section, here)

    def run(self, rule: Rule, subject: Any, context: Context) -> None:
        """Run a rule on a thing; what it cannot know, it does not judge."""
        arguments = (subject, context) if rule.takes_context else (subject,)
        try:
            for problem in rule.check(*arguments):
                if isinstance(subject, SchemaError):
                    self.report(rule, _in_time(rule, problem, subject, context), "", context.root)
                else:
                    self.report(rule, problem, context.path, context.root)
        except Unresolved:
            self.result.unjudged.add(rule.name)
        except (AttributeError, TypeError):
            if self.options.fork is None:
                raise
            # A fork may lack a section that the rule reads, or a number that it counts with.
            self.result.unjudged.add(rule.name)
        except FactMissing as missing:
            skipped = [(rule.name, fact) for fact in missing.args]
            self.result.skipped.extend(item for item in skipped if item not in self.result.skipped)

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

    def applies(self, rule: Rule | Entry, pipeline: str) -> bool:
        """Whether a rule was asked for, and is about this release and pipeline."""
        return self.chosen(rule) and self.holds(rule, pipeline)

    def holds(self, rule: Rule | Entry, pipeline: str = "") -> bool:
        """Whether a rule is about this release, pipeline and target."""
        in_pipeline = not rule.pipelines or not pipeline or pipeline in rule.pipelines
        target = rule.group not in OPTIONAL_GROUPS or rule.group in self.options.targets
        overruled = "run" in self.options.targets and rule.name in supported.OF_ROLL_ALONE
        on_trial = rule.preview and not self.options.preview and rule.name not in self.options.select
        return in_pipeline and target and not overruled and not on_trial and self.release.matches(rule.releases)

    def chosen(self, rule: Rule | Entry) -> bool:
        """Whether `select` and `ignore` ask for a rule."""
        select, ignore = self.options.select, self.options.ignore
        selected = not select or rule.name in select or rule.group in select
        return selected and rule.name not in ignore and rule.group not in ignore

    def block(self, rule: str, message: str) -> None:
        """Report what kept a part of the config from being checked."""
        self.report_faults([Fault(rule, message, self.source.span(0, 0), blocking=True)])

    def report_faults(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            rule = RULES[fault.rule]
            if not fault.blocking and not self.holds(rule):
                continue
            for problem in rule.check(fault):
                notes = (*fault.notes, *self.include_notes(fault.span))
                safe = fault.span.source is self.source
                edits = tuple(edit._replace(safe=edit.safe and safe) for edit in fault.edits)
                diagnostic = self.diagnostic(rule, problem, fault.span, fault.path, notes)
                if fault.blocking:
                    diagnostic = diagnostic._replace(severity=Severity.ERROR, blocking=True)
                self.add(diagnostic._replace(edits=edits))

    def report(self, rule: Rule, problem: Problem, base: str, root: Node) -> None:
        path = ".".join(filter(None, (base, problem.field)))
        node, span = locate(root, path, self.source, at_key=problem.at_key)
        notes = [*_way_notes(node), *self.include_notes(span)]
        for also, message in problem.also.items():
            other = also[1:] if also.startswith("/") else ".".join(filter(None, (base, also)))
            notes.append(Note(message, locate(root, other, self.source)[1]))
        if node is not None and is_secret_path(path):
            problem = problem._replace(message=_without(node, problem.message), help=_without(node, problem.help))
        if self.distills:
            path = distillation.as_written(path)
            message, advice = distillation.as_written(problem.message), distillation.as_written(problem.help)
            problem = problem._replace(message=message, help=advice)
        elsewhere = tuple(note for note in notes if note.span != span)
        changes = self.edits(problem, root, path)
        diagnostic = self.diagnostic(rule, problem, span, path or None, elsewhere)._replace(edits=changes)
        self.add(diagnostic, missing=path if node is None else "")

    def diagnostic(
        self, rule: Rule, problem: Problem, span: Span, path: str | None, notes: tuple[Note, ...]
    ) -> Diagnostic:
        severity = self.options.severity(rule) or problem.severity or rule.severity
        fails = problem.fails or rule.fails
        return Diagnostic(rule.name, severity, problem.message, span, fails, problem.help, path, notes)

    def edits(self, problem: Problem, root: Node, path: str) -> tuple[Edit, ...]:
        """What a machine can do about a problem; nothing in the stand-in sections of a distillation."""
        if problem.change is None or self.distills:
            return ()
        made = change.edits(problem.change, root, path, self.source.name)
        return made if problem.certain else tuple(edit._replace(safe=False) for edit in made)

    def include_notes(self, span: Span) -> Iterator[Note]:
        entry = self.includes.get(span.source)
        if entry is not None:
            yield Note("included here", entry)

    def add(self, diagnostic: Diagnostic, missing: str = "") -> None:
        """One report per literal, or per missing key: further uses of it join the first as notes."""
        key = (diagnostic.rule, diagnostic.span, missing)
        if not diagnostic.blocking and not self.chosen(RULES[diagnostic.rule]):
            self._filtered.add(key)
            return
        first = self._found.get(key)
        if first is None:
            self._found[key] = diagnostic
        elif diagnostic.path != first.path or diagnostic.notes != first.notes:
            more = tuple(note for note in diagnostic.notes if note not in first.notes)
            self._found[key] = first._replace(notes=(*first.notes, *more))

    def finish(self) -> Result:
        self.silence()
        result = self.result
        result.filtered = len(self._filtered)
        result.diagnostics = sorted(self._found.values(), key=lambda diagnostic: diagnostic.sort_key)
        if result.secrets:
            result.diagnostics = [redacted(item, result.secrets) for item in result.diagnostics]
            result.silent = [redacted(item, result.secrets) for item in result.silent]
        return result

    def silence(self) -> None:
        """Take out what comments ask not to show, of all files; say which comments of this one are of no use."""
        others = {item.span.source for item in self._found.values()} - {self.source}
        if not any("roll-lint:" in source.text for source in (self.source, *others)):
            return
        from roll_schema.engine import suppress

        if not self.result.was_checked:
            return  # what is wrong hides the rest, so that silence would pass for success
        own, faults = suppress.comments(self.source, self.root)
        of_others = [suppress.comments(source, None)[0] for source in others]
        shown, self.result.silent = suppress.apply(self._found.values(), [*own, *chain.from_iterable(of_others)])
        self._found = {(item.rule, item.span, item.message): item for item in shown}
        self.report_faults(faults)
        self.report_faults(suppress.unused(own, self.was_checked))

    def was_checked(self, name: str) -> bool:
        """Whether a rule or group would have found what there is, had it been there."""
        skipped = {rule for rule, _ in self.result.skipped}
        if name not in RULES:
            return name in self.groups() and not self.options.select and not skipped
        rule = RULES[name]
        return rule.group in self.groups() and self.applies(rule, self.result.pipeline.name) and name not in skipped


def locate(root: Node, path: str, source: Source, *, at_key: bool = False) -> tuple[Node | None, Span]:
    """The node of a path with the span to show: the literal; for what is missing, the nearest key above it."""
    nodes, whole = tree.way(root, path)
    here = nodes[-1]
    if here is root or not whole:
        return (here if whole else None), (source.span(0, 0) if here is root else here.key_span or here.span)
    spread = isinstance(here.value, (dict, list)) and here.span.first.line != here.span.last.line
    if here.key_span is not None and (at_key or spread or not here.span.text):
        return here, here.key_span
    return here, here.span


def _in_time(rule: Rule, problem: Problem, error: SchemaError, context: Context) -> Problem:
    """When ROLL fails on a value that its loader would refuse, had it been asked to check it, or not dropped it."""
    if (problem.fails or rule.fails) != "at load":
        return problem
    if context.pipeline in distillation.UNCHECKED_PIPELINES:
        return problem if distillation.computed_at_load(error) else problem._replace(fails="at start")
    asked = lookup(context.root, ("use_opd",))
    if error.swallowed and not context.distills and (asked is None or asked.value is not True):
        return problem._replace(fails="silently")
    return problem


def _without(node: Node, text: str) -> str:
    """A message that does not tell the values below a node."""
    for _, leaf in tree.walk(node):
        shown = str(leaf.value)
        if not isinstance(leaf.value, (dict, list)) and leaf.value is not None and len(shown) > 1:
            text = text.replace(shown, MASK)
    return text


def _way_notes(node: Node | None) -> Iterator[Note]:
    """How a value came to its place."""
    texts = {
        "interpolated": "used here",
        "aliased": "repeated here",
        "replaced": "replaces the value written here",
        "overridden": "overrides the value written here",
    }
    for hop in node.hops if node is not None else ():
        yield Note(texts[hop.kind], hop.span)


@cache
def _claimants() -> dict[str, list[Entry]]:
    table: dict[str, list[Entry]] = {}
    for entry in RULES.entries(CLAIMING_GROUPS):
        for kind in entry.claims:
            table.setdefault(kind, []).append(entry)
    return table


@cache
def _entries_on(section: type[Section], asked: tuple[str, ...]) -> list[Entry]:
    names = {parent.__name__ for parent in section.__mro__}
    groups = tuple(group for group in asked if group not in FAULT_GROUPS)
    return [entry for entry in RULES.entries(groups) if entry.subject in names]
