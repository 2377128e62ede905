"""What an editor shows on a key or a value: the field's manual, what the value comes to, and from where."""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.composition.references import Steps
from roll_schema.export import descriptions
from roll_schema.export.descriptions import Field
from roll_schema.facts import releases
from roll_schema.models.validation import facts_of
from roll_schema.server.document import Document
from roll_schema.server.fields import field_at, key_at, place
from roll_schema.server.values import code, place_of, reference_at, summary
from roll_schema.source import scalars
from roll_schema.source.secrets import clean
from roll_schema.source.text import Span
from roll_schema.source.tree import Node

_HOPS = {
    "interpolated": "used",
    "aliased": "repeated",
    "replaced": "replaces what stands",
    "overridden": "overrides what stands",
}


def hover(document: Document, offset: int) -> tuple[str, Span] | None:
    """Markdown for an offset, with the range that it is about; None where there is nothing to say."""
    found = document.at(offset)
    if found is None:
        return None
    steps, node = found
    on_key = node.key_span is not None and node.key_span.start <= offset <= node.key_span.end
    reference = None if on_key else reference_at(document, offset)
    if reference is not None:
        parts = [code(f"${{{'.'.join(reference.target)}}}"), *_manual(document, reference.target)]
        parts += _value(document, reference.target, always=True)
        if document.resolved(reference.target) is None:
            parts.append("Undefined.")
        return "\n\n".join(parts), reference.span
    parts = [*_manual(document, steps), *_value(document, steps)]
    span = node.key_span if on_key and node.key_span is not None else node.span
    return ("\n\n".join(parts), span) if parts else None


def _manual(document: Document, steps: Steps) -> Iterator[str]:
    field = field_at(document, steps)
    if field is not None:
        yield f"**{field.title}**"
        yield field.markdown(document.release)
        if any(field.choices.values()):
            yield "\n".join(f"- `{scalars.shown(name)}`: {meaning}" for name, meaning in field.choices.items())
        yield _facts(document, steps, field)
    elif setting := key_at(document, steps):
        backend, key = setting
        yield f"**{clean(steps[-1])} ({descriptions.type_in_words(key.type)})**"
        yield f"A setting of {backend.title}. {key.told}".strip()


def _facts(document: Document, steps: Steps, field: Field) -> str:
    """Which releases have the field, and with which defaults where these differ."""
    model = place(document, steps[:-1]).model
    assert model is not None
    have = [(name, facts_of(model, releases.load(name)).get(field.name)) for name in releases.NAMES]
    names = [name for name, fact in have if fact is not None]
    told = f"*ROLL {releases.span_of(names)}*"
    others = {name: fact["default"] for name, fact in have if fact is not None and "default" in fact}
    differing = [name for name, default in others.items() if default != field.default]
    if differing:
        shown = ", ".join(f"`{scalars.shown(others[name])}` in {name}" for name in differing)
        told += f"; the default is {shown}"
    return told


def _value(document: Document, steps: Steps, *, always: bool = False) -> Iterator[str]:
    """What a value comes to, and the places that it came by; of one that stands as it is only if `always`."""
    written, node = document.composed(steps), document.resolved(steps)
    if node is None:
        return
    refers = written is not None and isinstance(written.value, str) and "${" in written.value
    if always or refers or node.hops or node.span.source is not document.source:
        yield f"Value: {code(summary(document, steps, node))}, written at {place_of(node.span)}"
    yield from _way(node)


def _way(node: Node) -> Iterator[str]:
    lines = [f"- {_HOPS[hop.kind]} at {place_of(hop.span)}" for hop in node.hops]
    if lines:
        yield "\n".join(lines)
