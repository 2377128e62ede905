"""Types and nulls are judged as dacite judges them, on dataclasses made of each release's facts."""

from __future__ import annotations

import copy
import dataclasses
import random
import re
import typing
from typing import Any

import dacite
import pytest

from roll_schema import models
from roll_schema.facts import releases
from roll_schema.facts.releases import Release
from roll_schema.models.section import Section
from roll_schema.models.validation import facts_of, section_types, validate
from roll_schema.source.text import Source
from roll_schema.source.tree import Node

VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 8, 8.0, 1.5, 1e-5, "8", "x", "", "true", "bf16", "fp32", "vllm", "megatron_train",
    "fsdp2_train", "mock_infer", "grpo", "gae", "kl", [], [1], ["a"], [1, "a"], [None], {}, {"a": 1}, {"a": {}}, {"a": None},
    [{}], [{"agg_type": "token"}], [{"agg_type": "x"}], "list(range(0,8))", "batch", {"model_args": {}},
]  # fmt: skip
PIPELINES = ("rlvr", "agentic", "dpo", "sft", "distill", "reward_fl")
SILENT = ("extra_forbidden", "key_not_in_release", "invalid_key")


class Dataclasses:
    """ROLL's config classes, made again from the facts."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.made: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        if name not in self.made:
            fields = []
            for key, fact in self.release.classes[name].items():
                known = self.names(name, fact["type"])
                kind = eval(fact["type"], {**vars(typing), **known})
                if "section" in fact:
                    default = dataclasses.field(default_factory=known[fact["section"].rpartition(".")[2]])
                elif isinstance(fact["default"], (list, dict)):
                    default = dataclasses.field(default_factory=lambda value=fact["default"]: copy.deepcopy(value))
                else:
                    default = dataclasses.field(default=fact["default"])
                fields.append((key, kind, default))
            self.made[name] = dataclasses.make_dataclass(name.replace(".", "_"), fields)
        return self.made[name]

    def names(self, owner: str, kind: str) -> dict[str, Any]:
        """The classes that a type of `owner`'s names."""
        found = {}
        for other in self.release.classes:
            module, _, short = other.rpartition(".")
            elsewhere = module and module.removesuffix("_config") not in owner.lower()
            if other != owner and not elsewhere and re.search(rf"\b{short}\b", kind):
                found[short] = self.get(other)
        return found


def sections(
    model: type[Section], release: Release, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], type[Section]]]:
    found = [(path, model)]
    for name, nested in section_types(model).items():
        if name in facts_of(model, release) and len(path) < 3 and name not in ("rewards", "teacher"):
            found += sections(nested.model, release, (*path, name))
    return found


def some_config(
    choose: random.Random, places: list[tuple[tuple[str, ...], type[Section]]], release: Release
) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for _ in range(choose.choice([1, 1, 2, 3])):
        path, model = choose.choice(places)
        here: Any = config
        for step in path:
            here = here.setdefault(step, {}) if isinstance(here, dict) else None
        if isinstance(here, dict):
            here[choose.choice(list(facts_of(model, release)))] = copy.deepcopy(choose.choice(VALUES))
    root = facts_of(places[0][1], release)
    if "rewards" in root and choose.random() < 0.2:
        key = choose.choice(list(release.classes["rlvr_config.RewardConfig"]))
        config["rewards"] = {"m": {key: copy.deepcopy(choose.choice(VALUES))}}
    if "teacher" in root and choose.random() < 0.2:
        section = {"infer_batch_size": copy.deepcopy(choose.choice(VALUES))}
        config["teacher"] = choose.choice([{"a": section}, section, {"a": {}, "b": 1}, {"a": {}, "b": section}])
    return config


def node(value: Any, source: Source) -> Node:
    span = source.span(0, 0)
    if isinstance(value, dict):
        return Node({key: dataclasses.replace(node(item, source), key_span=span) for key, item in value.items()}, span)
    if isinstance(value, list):
        return Node([node(item, source) for item in value], span)
    return Node(value, span)


@pytest.mark.parametrize("name", releases.NAMES)
def test_the_models_accept_what_dacite_accepts(name: str) -> None:
    release, choose = releases.load(name), random.Random(name)
    dataclasses_of = Dataclasses(release)
    verdicts = set()
    for pipeline in PIPELINES:
        if pipeline not in release.pipelines:
            continue
        model = models.of_pipeline(pipeline)
        places = sections(model, release)
        for _ in range(150):
            config = some_config(choose, places, release)
            try:
                dacite.from_dict(dataclasses_of.get(release.pipelines[pipeline]), copy.deepcopy(config))
                accepted = True
            except (dacite.DaciteError, ValueError, TypeError):  # it lets some of Python's own errors through
                accepted = False
            _, errors = validate(node(config, Source("c.yaml", "")), model, release)
            refused = [error.path for error in errors if error.kind not in SILENT and not error.swallowed]
            assert accepted is not bool(refused), (pipeline, config, refused)
            verdicts.add(accepted)
    assert verdicts == {True, False}
