"""What an editor shows between the lines: what references come to, numbers that follow, and the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from roll_schema.composition.references import nodes
from roll_schema.facts.missing import FactMissing
from roll_schema.models.section import Unresolved, known
from roll_schema.planning import plan
from roll_schema.planning.plan import Plan
from roll_schema.planning.workers import gpus_per_worker, step_size, workers_of
from roll_schema.server.document import Document
from roll_schema.server.values import summary
from roll_schema.source.path import Path, dotted, parse
from roll_schema.source.secrets import printable
from roll_schema.source.text import Span
from roll_schema.source.tree import UNKNOWN

_MOST_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Hint:
    """A text to show behind a place, and what to say of it."""

    offset: int
    text: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Lens:
    """A line to show above a place."""

    span: Span
    text: str


def hints(document: Document) -> Iterator[Hint]:
    """What each `${...}` comes to, and numbers that follow from others."""
    if document.own is None:
        return
    numbers = dict(_numbers(document))
    seen: set[Span] = set()
    for steps, node in nodes(document.own):
        if node.key_span is None or node.key_span in seen:
            continue  # what stands behind an alias is met again
        seen.add(node.key_span)
        if isinstance(node.value, str) and "${" in node.value:
            found = document.resolved(steps)
            if found is None or found.value is UNKNOWN or isinstance(found.value, (dict, list)):
                continue
            shown = summary(document, steps, found)
            cut = shown if len(shown) <= _MOST_LETTERS else shown[: _MOST_LETTERS - 1] + "…"
            origin = f"{printable(found.span.source.name)}:{found.span.first.line}"
            yield Hint(node.span.end, f" = {cut}", f"{shown}, written at {origin}")
        if told := numbers.get(steps):
            yield Hint(node.span.end, f"  {told}")


def _numbers(document: Document) -> Iterator[tuple[Path, str]]:
    config = document.whole.config
    if config is None:
        return
    try:
        samples = config.rollout_batch_size * config.num_return_sequences_in_group  # type: ignore[attr-defined]
        if samples > 0:
            yield ("rollout_batch_size",), f"{samples:,} sequences a step"
    except (AttributeError, TypeError, Unresolved):
        pass
    made = plan_of(document)
    devices = {role.name: len(role.devices) for role in made.roles} if made is not None else {}
    for part, worker in known(workers_of(config)):
        name = document.whole.roles.written(part)
        steps = parse(name)
        if count := devices.get(name):
            try:
                size = gpus_per_worker(worker) or 1
            except (Unresolved, FactMissing):
                size = 1
            engines = f", {count // size} × {size}" if size > 1 else ""
            yield (*steps, "device_mapping"), f"{count} GPU{'s' * (count != 1)}{engines}"
        try:
            if batch := step_size(worker):
                at = (*steps, "training_args", "gradient_accumulation_steps")
                yield at, f"{batch:,} sequences an optimizer step"
        except (Unresolved, FactMissing, AttributeError):
            continue


def lenses(document: Document) -> Iterator[Lens]:
    """The plan in lines: the arithmetic above the config, and each role above its section."""
    made = plan_of(document)
    if made is None or document.own is None:
        return
    for line in made.arithmetic:
        yield Lens(document.source.span(0, 0), line)
    for steps, node in nodes(document.own):
        role = next((role for role in made.roles if role.name == dotted(steps)), None)
        if role is not None and role.summary and node.key_span is not None:
            yield Lens(node.key_span, role.summary)


def plan_of(document: Document) -> Plan | None:
    """The plan of the config as it stands; None where there is none."""
    result = document.result
    if result.config is None or not document.is_config:
        return None
    made = plan.make(
        result.config,
        result.file,
        result.facts,
        result.pipeline.name,
        document.asked.gpu,
        None,
        result.roles,
    )
    return made if made.roles else None
