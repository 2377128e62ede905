from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from omegaconf._utils import get_yaml_loader
from referencing import Registry, Resource

from roll_schema.engine.settings import comments
from roll_schema.export import json_schema
from roll_schema.facts import releases
from roll_schema.source.text import Source
from tests.conftest import EXAMPLES, ROOT, json_lines
from tests.test_corpus import pipeline_of, rows

FILES = sorted((ROOT / "schemas").glob("*/*.json"))


@cache
def validator(release: str, pipeline: str) -> jsonschema.Draft7Validator:
    """A validator that finds the files of its folder, as an editor does."""
    folder = ROOT / "schemas" / release
    documents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    registry: Any = Registry().with_resources((name, Resource.from_contents(text)) for name, text in documents.items())
    return jsonschema.Draft7Validator(documents[f"{pipeline}.schema.json"], registry=registry)


def test_the_files_are_up_to_date() -> None:
    wanted = json_schema.files()
    assert sorted(wanted) == sorted(FILES)
    for path, text in wanted.items():
        assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_they_are_schemas(path: Path) -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))
    assert path.stat().st_size < 250_000


def test_every_pipeline_of_every_release_has_one() -> None:
    for name in releases.NAMES:
        for pipeline in releases.load(name).pipelines:
            assert list(validator(name, pipeline).iter_errors({"my_variable": 1, "seed": "${my_variable}"})) == []


def problems(text: str, release: str = "0.1.3", pipeline: str = "rlvr") -> list[str]:
    data = yaml.load(text, get_yaml_loader())
    return sorted({".".join(map(str, error.absolute_path)) for error in validator(release, pipeline).iter_errors(data)})


@pytest.mark.parametrize("path", sorted((EXAMPLES / "ok").glob("*.yaml")), ids=lambda path: path.stem)
def test_no_squiggle_on_good_configs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    asked = {key: setting.value for key, setting in comments(Source("c", text))}
    assert problems(text, asked.get("release", "0.1.3"), asked.get("pipeline", "rlvr")) == []


def test_interpolations_are_fine_everywhere_and_wrong_values_are_not() -> None:
    assert problems("save_steps: ${x}\nactor_train: ${y}\nuse_kl_loss: ${z}\nrewards: {a: '${b}'}\nmine: 1\n") == []
    assert problems('save_steps: "8"\n') == ["save_steps"]
    assert problems("adv_estimator: GRPO\n") == ["adv_estimator"]
    assert problems("norm_mean_type: ~\nrewards: ~\nactor_train: {model_args: {model_type: ~}}\n") == []
    assert problems("actor_train: {modle_args: {}}\n") == ["actor_train"]


def test_shapes_of_later_releases() -> None:
    several = "teacher: {a: {device_mapping: x}, b: {tag_included: [t]}}\n"
    assert problems(several, "0.3.0", "onpolicy_distill") == []
    assert problems("train_infer_correction: {filters: [{agg_type: token}]}\n", "0.2.1") == []
    assert problems("train_infer_correction: {filters: [{agg_type: tokens}]}\n", "0.2.1") == ["train_infer_correction"]
    assert problems("actor_train: {strategy_args: {strategy_name: deepspeed_train}}\n", "0.3.0") == ["actor_train"]
    assert problems("train_env_manager: {tags: [a]}\nkd_objective: 3\n", "0.3.0", "agentic") == []


def leaves(error: jsonschema.ValidationError) -> list[str]:
    if not error.context:
        return [error.message]
    deepest = max(error.context, key=lambda inner: len(inner.absolute_path))
    return leaves(deepest)


@pytest.mark.parametrize("release", ["0.1.3", "0.2.1", "0.3.0"])
def test_real_configs_offend_only_by_keys_that_roll_ignores(release: str, shared: Path) -> None:
    ignored = {
        (row["path"], row["key"].rpartition(".")[2])
        for row in json_lines(shared / "corpus" / release / "ignored_keys.jsonl")
    }
    checked = 0
    for row in rows("corpus"):
        if row["release"] != release or row["verdict"] != "accept":
            continue
        text = (shared / "corpus" / release / row["path"]).read_text(encoding="utf-8")
        for error in validator(release, pipeline_of(row)).iter_errors(yaml.load(text, get_yaml_loader())):
            for message in leaves(error):
                assert message.startswith("Additional properties"), (row["path"], message)
                named = message.partition("(")[2].partition(" w")[0]
                assert all((row["path"], key.strip("' ")) in ignored for key in named.split(",")), (
                    row["path"],
                    message,
                )
        checked += 1
    assert checked > 55


def test_every_field_tells_what_it_is() -> None:
    for path in FILES:
        document = json.loads(path.read_text(encoding="utf-8"))
        if path.name == json_schema.STRATEGIES:
            continue  # of backends only names, types and bounds are known
        for name, section in {"": document, **document.get("definitions", {})}.items():
            for field, entry in section.get("properties", {}).items():
                assert entry.get("description"), f"{path.name} {name}.{field}"
