"""What may stand at a place of a config: a section's fields, or a backend's settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from roll_schema.composition.references import Steps
from roll_schema.export import descriptions
from roll_schema.export.descriptions import Field
from roll_schema.facts.strategies import Backend, Key, backend_of
from roll_schema.models.section import Section
from roll_schema.models.validation import facts_of, section_types
from roll_schema.server.document import Document


@dataclass(frozen=True, slots=True)
class Place:
    """What the keys at a place are: those of a section (`model`), or those of a backend (`keys`)."""

    model: type[Section] | None = None
    backend: Backend | None = None
    keys: dict[str, Key] = field(default_factory=dict)


NOWHERE = Place()


def place(document: Document, steps: Steps) -> Place:
    """What stands below some keys; NOWHERE where that is anyone's choice."""
    model: type[Section] = document.model
    rest = list(steps)
    while rest:
        name = rest.pop(0)
        if name == "strategy_config":
            return _settings(document, steps[: len(steps) - len(rest) - 1], rest)
        nested = section_types(model).get(name)
        if nested is None or name not in facts_of(model, document.release):
            return NOWHERE
        if not nested.alone or (dict in nested.containers and rest and rest[0] not in nested.model.model_fields):
            if not rest:
                return NOWHERE  # names or items stand here, and fields below each
            rest.pop(0)
        model = nested.model
    return Place(model)


def field_at(document: Document, steps: Steps) -> Field | None:
    """The field that some keys lead to, if it is one."""
    around = place(document, steps[:-1]) if steps else NOWHERE
    if around.model is None:
        return None
    return next((one for one in descriptions.fields(around.model, document.release) if one.name == steps[-1]), None)


def key_at(document: Document, steps: Steps) -> tuple[Backend, Key] | None:
    """The backend's setting that some keys lead to, if it is one."""
    around = place(document, steps[:-1]) if steps else NOWHERE
    key = around.keys.get(steps[-1]) if steps else None
    return (around.backend, key) if around.backend is not None and key is not None else None


def _settings(document: Document, above: Steps, rest: list[str]) -> Place:
    name = document.resolved((*above, "strategy_name"))
    backend = backend_of(str(name.value)) if name is not None else None
    if backend is None:
        return NOWHERE
    keys = backend.keys
    for step in rest:
        keys = keys[step].keys if step in keys else {}
    return Place(None, backend, {name: key for name, key in keys.items() if document.release.matches(key.releases)})
