"""From one ROLL release to another: what changes for a config, and the edits that are certain.

Keys that the new release does not have are renamed where a rename is all, deleted where nothing read them, and turned
into comments otherwise, since a person must decide what takes their place. DeepSpeed strategies become FSDP2 with
settings that shard alike. Only the config's own file is edited, never its fragments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roll_schema.engine import linting
from roll_schema.engine.options import Options
from roll_schema.engine.result import UNDECIDED, Result
from roll_schema.facts import releases
from roll_schema.models.strategy_args import StrategyArguments
from roll_schema.models.validation import sections
from roll_schema.source import editing
from roll_schema.source.diagnostic import Diagnostic, Edit, Severity
from roll_schema.source.path import dotted, parse
from roll_schema.source.scalars import shown
from roll_schema.source.text import Source, line_end, yaml_line_start
from roll_schema.source.tree import Node, lookup, plain, walk

IGNORED = ("unknown-key", "key-not-in-release")
FSDP2 = {"deepspeed_train": "fsdp2_train", "deepspeed_infer": "fsdp2_infer"}
_MAX_ROUNDS = 5
_HALVES = ("fp16", "bf16")


@dataclass(slots=True)
class Migration:
    """The new text; what was done, by line of the old text; what a person must decide."""

    source: Source
    text: str
    done: list[tuple[int, str]] = field(default_factory=list)
    undecided: list[Diagnostic] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)


def compare(path: Path, source: Source, options: Options, to: str) -> tuple[Result, list[Diagnostic], list[Diagnostic]]:
    """Lint under both releases: the result under the new one, what is new there, and what is no longer wrong."""
    before, after = _both(path, source, options, to)
    known, now = _identities(before), _identities(after)
    new = [item for item in after.diagnostics if _identity(item) not in known]
    gone = [item for item in before.diagnostics if _identity(item) not in now and item.severity is not Severity.INFO]
    return after, new, gone


def migrate(path: Path, source: Source, options: Options, to: str) -> Migration:
    """The config for another release; its text is the old one where nothing is certain."""
    migration = Migration(source, source.text)
    before = linting.lint(path, source, options)
    options = options._replace(release=before.release.name, pipeline=_pipeline(before))
    if before.pipeline.name != UNDECIDED and before.pipeline.name not in releases.load(to).pipelines:
        after = linting.lint(path, source, options._replace(release=to))
        migration.undecided = [item for item in after.diagnostics if item.rule == "pipeline-not-in-release"]
        return migration
    known, here = _identities(before), source
    steps = list(_strategies(before, to))
    for _ in range(_MAX_ROUNDS):
        after = linting.lint(path, here, options._replace(release=to))
        new = [item for item in after.diagnostics if _identity(item) not in known]
        steps += filter(None, (_step(item, after, before.release.name, to) for item in new))
        if not steps:
            break
        edits = [edit for step in steps for edit in step.edits] + list(_emptied(steps))
        here = Source(source.name, editing.apply(here, edits), source.line_offset)
        migration.done += [(step.line, step.said) for step in steps]
        migration.remarks += [(step.line, step.remark) for step in steps if step.remark]
        steps = []
    migration.text = here.text
    migration.undecided = [item for item in new if item.severity is Severity.ERROR]
    migration.done.sort()
    migration.remarks.sort()
    return migration


@dataclass(frozen=True, slots=True)
class _Step:
    edits: tuple[Edit, ...]
    line: int
    said: str
    remark: str = ""
    without: Node | None = None
    """The mapping that loses a key."""


def _both(path: Path, source: Source, options: Options, to: str) -> tuple[Result, Result]:
    before = linting.lint(path, source, options)
    compared = releases.load(before.release.name)
    options = options._replace(release=to, pipeline=_pipeline(before), compared=compared)
    return before, linting.lint(path, source, options)


def _pipeline(result: Result) -> str | None:
    return None if result.pipeline.name == UNDECIDED else result.pipeline.name


def _identity(item: Diagnostic) -> tuple[str, str | None, int]:
    """What makes a problem the same in two releases; ignored is ignored, whether the key was ever known or not."""
    return ("ignored" if item.rule in IGNORED else item.rule, item.path, 0 if item.path else item.span.start)


def _identities(result: Result) -> set[tuple[str, str | None, int]]:
    return {_identity(item) for item in result.diagnostics}


def _step(item: Diagnostic, after: Result, old: str, to: str) -> _Step | None:
    """The edit for a key that the new release does not have; None where there is none, or it stands in a fragment."""
    if item.rule != "key-not-in-release" or item.span.source.name != after.file or after.composed is None:
        return None
    places = (place for place in _keys(after.composed) if place[2].key_span == item.span)
    parent, key, node = next(places, (None, "", None))
    if parent is None or node is None or item.path is None:
        return None
    line = item.span.first.line
    owner = _owner(item, after)
    change = releases.change_of(owner, key, releases.load(to))
    if change is not None and change.rename and change.rename not in parent.value:
        return _Step((editing.rename_key(node, change.rename),), line, f"`{key}` is now called `{change.rename}`")
    if (change is not None and change.delete) or key in releases.load(old).unread.get(owner, ()):
        edit = editing.remove_key(parent, node)
        return _Step((edit,), line, f"`{key}` is deleted: nothing read it", without=parent) if edit else None
    remark = f"not in ROLL {to}"
    edit = editing.comment_out(parent, node, remark) or editing.remove_key(parent, node)
    if edit is None:
        return None
    said = f"`{key}` is {'a comment' if edit.text else 'deleted'} now: ROLL {to} does not have it"
    return _Step((edit,), line, said, f"`{item.path}`: {item.help}", without=parent)


def _emptied(steps: list[_Step]) -> Iterator[Edit]:
    """A mapping must not become null when all of its keys go."""
    parents = [step.without for step in steps if step.without is not None]
    for index, parent in enumerate(parents):
        goes = sum(other is parent for other in parents)
        if goes == len(parent.value) and parents.index(parent) == index and (kept := editing.empty_mapping(parent)):
            yield kept


def _owner(item: Diagnostic, after: Result) -> str:
    """ROLL's class of the section that a key stands in."""
    parent = dotted(parse(item.path or "")[:-1])
    if after.config is not None:
        for path, section in sections(after.config):
            if path == parent:
                return section.class_in_roll()
    return ""


def _keys(root: Node) -> Iterator[tuple[Node, str, Node]]:
    for _, node in walk(root):
        if isinstance(node.value, dict):
            yield from ((node, str(key), child) for key, child in node.value.items())


def _strategies(before: Result, to: str) -> Iterator[_Step]:
    """DeepSpeed to FSDP2, where the new release has only that."""
    choices = releases.load(to).classes["StrategyArguments"]["strategy_name"]["choices"]
    if before.config is None or before.composed is None or before.resolved is None:
        return
    for path, section in sections(before.config):
        name = section.__dict__.get("strategy_name") if isinstance(section, StrategyArguments) else None
        if name not in FSDP2 or name in choices or FSDP2[name] not in choices:
            continue
        name_path, settings_path = ((*parse(path), key) for key in ("strategy_name", "strategy_config"))
        written, settings = lookup(before.composed, name_path), lookup(before.composed, settings_path)
        resolved = lookup(before.resolved, settings_path)
        equal = _fsdp2(plain(resolved)) if resolved is not None else None
        if equal is None or settings is None or settings.span.source.name != before.file:
            continue
        edits = [_settings(settings, equal[0])]
        if written is not None:
            if written.span.source.name != before.file or written.span.text.strip("'\"") != name:
                continue
            edits.append(Edit(written.span, FSDP2[name], safe=False))
        line = settings.span.first.line
        remark = f"`{path}`: {equal[2]}" if equal[2] else ""
        yield _Step(tuple(edits), line, f"`{path}`: {name} with {equal[1]} is now {FSDP2[name]}", remark)


def _fsdp2(config: Any) -> tuple[dict[str, Any], str, str] | None:
    """FSDP2's settings that shard as a DeepSpeed config does, what they stand for, and what to look at."""
    zero = config.get("zero_optimization") if isinstance(config, dict) else None
    if not isinstance(config, dict) or not isinstance(zero, dict):
        return None
    stage = zero.get("stage")
    if stage not in (1, 2, 3) or isinstance(stage, bool):
        return None
    on = [name for name in _HALVES if isinstance(config.get(name), dict) and config[name].get("enabled") is True]
    offloads = [
        name
        for name in ("offload_optimizer", "offload_param")
        if isinstance(zero.get(name), dict) and zero[name].get("device") in ("cpu", "nvme")
    ]
    settings = {
        "fsdp_size": 1,
        "param_dtype": on[0] if on else "fp32",
        "reduce_dtype": "fp32",
        "reshard_after_forward": stage == 3,
        "offload_policy": bool(offloads),
    }
    fp16 = "with `param_dtype: fp16` FSDP2 neither steps the learning rate nor clears gradients; use bf16"
    said = f"ZeRO stage {stage}" + (" and CPU offload" if offloads else "")
    return settings, said, fp16 if settings["param_dtype"] == "fp16" else ""


def _settings(node: Node, settings: dict[str, Any]) -> Edit:
    """Settings in place of those at a node, in the style that it has."""
    written = [f"{key}: {shown(value)}" for key, value in settings.items()]
    if isinstance(node.value, dict) and node.value and node.span.text[:1] != "{":
        source, start = node.span.source, node.span.start
        indent = line_end(node.span.text) + " " * (start - yaml_line_start(source.text, start))
        return Edit(node.span, indent.join(written), safe=False)
    return Edit(node.span, "{" + ", ".join(written) + "}", safe=False)
