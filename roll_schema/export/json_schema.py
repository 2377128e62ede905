"""Models and a release to JSON Schema for editors: `python -m roll_schema.export.json_schema --write` or `--check`.

Draft-07, since that is what yaml-language-server reads. An editor sees a config before composition, so every value that
is no text may also be a text that holds `${`, and the root is open: keys of one's own are variables.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

from roll_schema import models
from roll_schema.export import descriptions
from roll_schema.export.descriptions import Field
from roll_schema.facts import releases, strategies, types
from roll_schema.facts.releases import Release
from roll_schema.facts.types import Type
from roll_schema.models.section import Section
from roll_schema.models.strategy_args import StrategyArguments
from roll_schema.models.validation import facts_of, section_types

SHARED = "sections.schema.json"
"""File with the sections that the pipelines of a release have in common."""

STRATEGIES = "strategies.schema.json"
"""File with what may stand in a `strategy_config`, by backend."""

SAME_CONFIG = {
    "rlvr_rollout": ("rlvr",),
    "rlvr_vl": ("rlvr",),
    "rlvr_vlmath": ("rlvr",),
    "agentic_rollout": ("agentic",),
    "distill_vl": ("distill",),
    "onpolicy_distill": ("rlvr", "agentic"),
}
"""Pipelines whose config is that of others."""

_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
_NAMES = {
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "str": "string",
    "dict": "object",
    "list": "array",
    "none": "null",
}
_TYPES = {
    "integer": "an integer",
    "number": "a number",
    "boolean": "`true` or `false`",
    "null": "`null`",
    "object": "a mapping",
    "array": "a list",
    "string": "text",
}
INTERPOLATION = {"type": "string", "pattern": "\\$\\{"}
_FOLDER = Path(__file__).resolve().parents[2] / "schemas"
_DRAFT = "http://json-schema.org/draft-07/schema#"


def schema(release: Release, pipeline: str) -> dict[str, Any]:
    """The JSON Schema of a pipeline's config in a release.

    Sections are in the file SHARED beside it; a pipeline with the config of another refers to that one's schema.
    """
    head = {
        "$schema": _DRAFT,
        "title": f"ROLL {release.name} {pipeline} config",
        "description": f"A config of the {pipeline} pipeline of ROLL {release.name}.",
    }
    if pipeline in SAME_CONFIG:
        return {**head, "allOf": [{"$ref": f"{other}.schema.json"} for other in SAME_CONFIG[pipeline]]}
    properties: dict[str, Any] = {
        "defaults": {
            "type": "array",
            "description": "Fragments to compose this config of; paths are relative to this file.",
            "items": {"type": ["string", "object"]},
        },
        "hydra": {"type": "object", "description": "Hydra's own settings; ROLL does not see them."},
    }
    return {
        **head,
        "type": "object",
        "properties": {**properties, **_properties(models.of_pipeline(pipeline), release)},
        "additionalProperties": True,
    }


def sections(release: Release) -> dict[str, Any]:
    """The definitions of every section that a config of the release can hold."""
    definitions: dict[str, Any] = {}
    pending = [models.of_pipeline(pipeline) for pipeline in release.pipelines]
    while pending:
        for name, nested in section_types(model := pending.pop()).items():
            inner = nested.model
            if name in facts_of(model, release) and inner.class_in_roll() not in definitions:
                definitions[inner.class_in_roll()] = {
                    "type": "object",
                    "properties": _properties(inner, release),
                    "additionalProperties": False,
                    **({"allOf": _by_strategy(release)} if inner is StrategyArguments else {}),
                }
                pending.append(inner)
    return {
        "$schema": _DRAFT,
        "title": f"Sections of ROLL {release.name} configs",
        "definitions": dict(sorted(definitions.items())),
    }


def _properties(model: type[Section], release: Release) -> dict[str, Any]:
    generated = model.model_json_schema(by_alias=False)
    generated = generated.get("$defs", {}).get(model.__name__, generated)
    properties: dict[str, Any] = {}
    for field in descriptions.fields(model, release):
        if field.name in section_types(model):
            value = _any_of(_shapes(model, field.name, types.parse(field.type)))
        elif field.choices:
            value = _any_of([_enum(field, release), INTERPOLATION])
        else:
            value = _or_interpolation(_without_noise(generated["properties"][field.name]))
        properties[field.name] = {
            **_described(field, release),
            **value,
            **_examples(field, value),
            **_snippets(field, release),
        }
    for name, advice in descriptions.elsewhere(model, release).items():
        # Not suggested, and told where it is written.
        properties[name] = {"description": advice, "deprecated": True, "deprecationMessage": advice}
    return properties


def _described(field: Field, release: Release) -> dict[str, Any]:
    # Without the second, editors show the marks of Markdown in the first.
    entry: dict[str, Any] = {
        "title": field.title,
        "description": field.text,
        "markdownDescription": field.markdown(release),
    }
    if field.default is not None:
        entry["default"] = field.default
    return entry


def _examples(field: Field, value: dict[str, Any]) -> dict[str, Any]:
    """A field's examples: where texts are items of a list, they are those of the items."""
    if not field.examples:
        return {}
    items = value.get("items", {})
    shown = {"items": {**items, "examples": field.examples}} if "string" in items.get("type", ()) else {}
    return shown if shown and "string" not in value["type"] else {**shown, "examples": field.examples}


def _enum(field: Field, release: Release) -> dict[str, Any]:
    nothing = {None: "Nothing."} if types.parse(field.type).nullable and None not in field.choices else {}
    choices = {**field.choices, **nothing}
    told = {"enumDescriptions": list(choices.values())} if any(field.choices.values()) else {}
    # An editor shows the words of the alternative that holds, not those around it.
    words = {"title": field.title, "markdownDescription": field.markdown(release)}
    return {**words, "enum": list(choices), **told}


def _snippets(field: Field, release: Release) -> dict[str, Any]:
    found = descriptions.snippets(field.name, release)
    shown = [{"label": one.label, "body": _escaped(one.body)} for one in found]
    return {"defaultSnippets": shown} if shown else {}


def _escaped(value: Any) -> Any:
    """A snippet's body: `$` begins a placeholder there, and `~` stands for null."""
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    if isinstance(value, str):
        return None if value == "~" else value.replace("${", "\\${").replace("}", "\\}") if "${" in value else value
    return value


def _by_strategy(release: Release) -> list[dict[str, Any]]:
    """For each backend, what may stand in the settings where it is named beside them."""
    names: dict[str, list[str]] = {}
    for name in release.classes["StrategyArguments"]["strategy_name"]["choices"]:
        if backend := strategies.backend_of(name):
            names.setdefault(backend.title, []).append(name)
    return [
        {
            "if": {"properties": {"strategy_name": {"enum": strategy_names}}, "required": ["strategy_name"]},
            "then": {
                "properties": {
                    "strategy_config": _any_of(
                        [{"$ref": f"{STRATEGIES}#/definitions/{title}"}, {"type": "null"}, INTERPOLATION]
                    )
                }
            },
        }
        for title, strategy_names in names.items()
    ]


def strategy_configs(release: Release) -> dict[str, Any]:
    """The definitions of every backend's settings, which may hold others as well."""
    definitions = {
        backend.title: {"type": "object", "properties": _keys(backend.keys, release)}
        for name in release.classes["StrategyArguments"]["strategy_name"]["choices"]
        if (backend := strategies.backend_of(name))
    }
    return {"$schema": _DRAFT, "title": f"Settings of backends in ROLL {release.name}", "definitions": definitions}


def _keys(keys: dict[str, strategies.Key], release: Release) -> dict[str, Any]:
    return {name: _key(name, key, release) for name, key in keys.items() if release.matches(key.releases)}


def _key(name: str, key: strategies.Key, release: Release) -> dict[str, Any]:
    entry = {"title": f"{name} ({descriptions.type_in_words(key.type)})"}
    if key.told:
        entry["description"] = key.told
    return entry | _of_type(key, release)


def _of_type(key: strategies.Key, release: Release) -> dict[str, Any]:
    """The type of a backend's key; empty where anything may stand."""
    kinds = [_kind(kind) for kind in types.parse(key.type).alternatives]
    if {} in kinds:
        return {}
    for kind in kinds:
        if kind.get("type") in ("integer", "number"):
            kind |= {_BOUNDS[name]: limit for name, limit in key.bounds.items()}
        if kind.get("type") == "object" and key.keys:
            kind["properties"] = _keys(key.keys, release)
    return _or_interpolation(_any_of(kinds))


def _kind(kind: Type) -> dict[str, Any]:
    """What a type that is no union lets stand; `{}` for what it does not bound."""
    if kind.values:
        return {"enum": list(kind.values)}
    name = _NAMES.get(kind.kind)
    return {"type": name} if name else {}


def _shapes(model: type[Section], name: str, kind: Type) -> list[dict[str, Any]]:
    """What may stand where a section may: the section, several by name or in a list, null, a reference."""
    inner, containers, alone = section_types(model)[name]
    reference: dict[str, Any] = {"$ref": f"{SHARED}#/definitions/{inner.class_in_roll()}"}
    shapes = [reference] if alone else []
    one = {
        "title": inner.__name__,
        "description": inspect.cleandoc(inner.__doc__ or ""),
        **_or_interpolation(reference),
    }
    if dict in containers and any(part.kind == "dict" for part in kind.alternatives):
        shapes.append({"type": "object", "additionalProperties": one})
    if list in containers:
        shapes.append({"type": "array", "items": one})
    return [*shapes, *([{"type": "null"}] if kind.nullable else []), INTERPOLATION]


def _without_noise(value: dict[str, Any]) -> dict[str, Any]:
    """What pydantic adds of its own: titles, and the stand-in for the release's default."""
    kept = {key: part for key, part in value.items() if key not in ("title", "default")}
    if kept.get("additionalProperties") is True:
        del kept["additionalProperties"]  # what older versions of pydantic leave out
    if "anyOf" in kept:
        kept["anyOf"] = [_without_noise(part) for part in kept["anyOf"]]
    if isinstance(kept.get("items"), dict):
        kept["items"] = _without_noise(kept["items"])
    return kept


def _or_interpolation(value: dict[str, Any]) -> dict[str, Any]:
    """The value, or a text with `${` in its place and in the place of each thing in it."""
    kinds = [_with_open_items(kind) for kind in value.get("anyOf", [value])]
    types = [kind["type"] for kind in kinds if isinstance(kind.get("type"), str)]
    text = [] if "string" in types else [INTERPOLATION]
    if len(set(types)) < len(kinds):
        return _any_of([*kinds, *text])
    # One list of types reads better in editors than alternatives do; what else is said is about one of them.
    merged = {key: part for kind in [*kinds, *text] for key, part in kind.items()}
    said = " or ".join(_TYPES[name] for name in types)
    return (
        merged
        | {"type": [*types, *(["string"] if text else [])]}
        | ({"patternErrorMessage": f"Write {said}, or a `${{...}}`."} if text else {})
    )


def _with_open_items(kind: dict[str, Any]) -> dict[str, Any]:
    held = {
        key: kind[key] for key in ("items", "additionalProperties") if isinstance(kind.get(key), dict) and kind[key]
    }
    return {**kind, **{key: _or_interpolation(value) for key, value in held.items()}}


def _any_of(kinds: list[dict[str, Any]]) -> dict[str, Any]:
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def files() -> dict[Path, str]:
    """Every schema file, with the text that it must have."""
    found = {}
    for name in releases.NAMES:
        release = releases.load(name)
        documents = {SHARED: sections(release), STRATEGIES: strategy_configs(release)}
        documents |= {f"{pipeline}.schema.json": schema(release, pipeline) for pipeline in release.pipelines}
        for file, document in documents.items():
            found[_FOLDER / name / file] = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    return found


def main(arguments: list[str]) -> int:
    """Write the files, or check that they are as they would be written."""
    if arguments not in (["--write"], ["--check"]):
        print("usage: python -m roll_schema.export.json_schema --write | --check", file=sys.stderr)
        return 2
    stale = 0
    for path, text in files().items():
        if arguments == ["--write"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale += 1
            print(f"{path.name} of {path.parent.name} is not up to date: run `make schemas`", file=sys.stderr)
    return int(stale > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
