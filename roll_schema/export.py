"""Models and a release to JSON Schema for editors: `python -m roll_schema.export --write` or `--check`.

Draft-07, since that is what yaml-language-server reads. An editor sees a config before composition, so every value that
is no text may also be a text that holds `${`, and the root is open: keys of one's own are variables.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from roll_schema import models, releases
from roll_schema.models.section import Section
from roll_schema.models.validation import facts_of, section_types
from roll_schema.releases import Release

SHARED = "sections.schema.json"
"""File with the sections that the pipelines of a release have in common."""

SAME_CONFIG = {
    "rlvr_rollout": ("rlvr",),
    "rlvr_vl": ("rlvr",),
    "rlvr_vlmath": ("rlvr",),
    "agentic_rollout": ("agentic",),
    "distill_vl": ("distill",),
    "onpolicy_distill": ("rlvr", "agentic"),
}
"""Pipelines whose config is that of others."""

INTERPOLATION = {"type": "string", "pattern": "\\$\\{"}
_FOLDER = Path(__file__).resolve().parent.parent / "schemas"
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
                    "description": inspect.cleandoc(inner.__doc__ or ""),
                    "properties": _properties(inner, release),
                    "additionalProperties": False,
                }
                pending.append(inner)
    return {
        "$schema": _DRAFT,
        "title": f"Sections of ROLL {release.name} configs",
        "definitions": dict(sorted(definitions.items())),
    }


def _properties(model: type[Section], release: Release) -> dict[str, Any]:
    facts = facts_of(model, release)
    generated = model.model_json_schema(by_alias=False)
    generated = generated.get("$defs", {}).get(model.__name__, generated)
    documents = documentation(model)
    properties: dict[str, Any] = {}
    for name in model.model_fields:
        if name not in facts:
            continue
        fact = facts[name]
        if name in section_types(model):
            properties[name] = {"description": documents[name], **_any_of(_shapes(model, name, fact["type"]))}
            continue
        value = _without_noise(generated["properties"][name])
        if "choices" in fact:
            nothing = [None] if fact["type"].startswith("Optional") and None not in fact["choices"] else []
            value = {"enum": [*fact["choices"], *nothing]}
        entry: dict[str, Any] = {"description": documents[name], **_or_interpolation(value)}
        if fact.get("default") is not None:
            entry["default"] = fact["default"]
        properties[name] = entry
    return properties


def _shapes(model: type[Section], name: str, kind: str) -> list[dict[str, Any]]:
    """What may stand where a section may: the section, several by name or in a list, null, a reference."""
    inner, containers, alone = section_types(model)[name]
    reference: dict[str, Any] = {"$ref": f"{SHARED}#/definitions/{inner.class_in_roll()}"}
    shapes = [reference] if alone else []
    if dict in containers and "Dict" in kind:
        shapes.append({"type": "object", "additionalProperties": _or_interpolation(reference)})
    if list in containers:
        shapes.append({"type": "array", "items": _or_interpolation(reference)})
    return [*shapes, *([{"type": "null"}] if kind.startswith("Optional") else []), INTERPOLATION]


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
    if any(kind.get("type") == "string" and "pattern" not in kind for kind in kinds):
        return _any_of(kinds)
    return _any_of([*kinds, INTERPOLATION])


def _with_open_items(kind: dict[str, Any]) -> dict[str, Any]:
    held = {
        key: kind[key] for key in ("items", "additionalProperties") if isinstance(kind.get(key), dict) and kind[key]
    }
    return {**kind, **{key: _or_interpolation(value) for key, value in held.items()}}


def _any_of(kinds: list[dict[str, Any]]) -> dict[str, Any]:
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def documentation(model: type[Section]) -> dict[str, str]:
    """The attribute docstrings of a section's fields, inherited ones included."""
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if issubclass(owner, Section) and owner is not Section:
            found |= _own_documentation(owner)
    return found


@cache
def _own_documentation(model: type[Section]) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, following in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(following, ast.Expr):
            text = following.value
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[field.target.id] = " ".join(inspect.cleandoc(text.value).split())
    return found


def files() -> dict[Path, str]:
    """Every schema file with the text that it must have."""
    found = {}
    for name in releases.NAMES:
        release = releases.load(name)
        documents = {SHARED: sections(release)}
        documents |= {f"{pipeline}.schema.json": schema(release, pipeline) for pipeline in release.pipelines}
        for file, document in documents.items():
            found[_FOLDER / name / file] = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    return found


def main(arguments: list[str]) -> int:
    """Write the files, or check that they are as they would be written."""
    if arguments not in (["--write"], ["--check"]):
        print("usage: python -m roll_schema.export --write | --check", file=sys.stderr)
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
