"""Pure on-policy distillation: the student's sections take the places of the usual roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from roll_schema.facts.releases import Release
from roll_schema.models import unchecked
from roll_schema.models.section import Section
from roll_schema.models.validation import SchemaError, facts_of
from roll_schema.source.diagnostic import Fault
from roll_schema.source.tree import Node

_STAND_INS = {"actor_train": "student_train", "actor_infer": "student_infer"}
_ROLE = re.compile(rf"\b({'|'.join(_STAND_INS)})\b")
UNCHECKED_PIPELINES = ("onpolicy_distill",)
"""Pipelines whose start script switches the loader's type checks off (ROLL 0.2.1 and later)."""


def is_pure(root: Node, model: type[Section], release: Release, pipeline: str) -> bool:
    """Whether ROLL discards `actor_train`, `actor_infer` and `reference`; its script for distillation always does."""
    switch = root.value.get("is_pure_opd")
    asked = switch is not None and switch.value is True
    return "is_pure_opd" in facts_of(model, release) and (asked or pipeline == "onpolicy_distill")


def computed_at_load(error: SchemaError) -> bool:
    """Whether ROLL works with a value while it loads the config, so that one of another type stops it all the same."""
    return unchecked.stops(error)


def with_stand_ins(root: Node) -> Node:
    """The tree as ROLL goes on with it: each student's section in the place of its role, and no `reference`."""
    kept = {key: node for key, node in root.value.items() if key not in _STAND_INS and key != "reference"}
    students = {role: root.value[student] for role, student in _STAND_INS.items() if student in root.value}
    return replace(root, value={**kept, **students})


def discarded(root: Node) -> Iterator[Fault]:
    """The sections that are there although others take their places."""
    for role, instead in (*_STAND_INS.items(), ("reference", "teacher")):
        node = root.value.get(role)
        if node is not None:
            message = f"pure distillation discards `{role}`: `{instead}` takes its place"
            advice = f"Delete it, and write what counts into `{instead}`."
            yield Fault("discarded-section", message, node.key_span or node.span, advice, role)


def as_written(text: str) -> str:
    """A path or message in terms of the sections that the config has."""
    return _ROLE.sub(lambda match: _STAND_INS[match.group()], text)
