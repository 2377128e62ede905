from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from omegaconf._utils import get_yaml_loader

from roll_schema import export
from tests.conftest import ROOT, corpus_files

SCHEMA = json.loads((ROOT / "schemas" / "0.1.3" / "rlvr.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def test_the_files_are_up_to_date() -> None:
    for path, text in export.files().items():
        assert path.read_text(encoding="utf-8") == text


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def problems(text: str) -> list[str]:
    return sorted(
        {".".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(yaml.load(text, get_yaml_loader()))}
    )


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "ok").glob("*.yaml")), ids=lambda path: path.stem)
def test_no_squiggle_on_good_configs(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == []


def test_interpolations_are_fine_everywhere_and_wrong_values_are_not() -> None:
    assert problems("save_steps: ${x}\nactor_train: ${y}\nuse_kl_loss: ${z}\nrewards: {a: '${b}'}\nmine: 1\n") == []
    assert problems('save_steps: "8"\n') == ["save_steps"]
    assert problems("adv_estimator: GRPO\n") == ["adv_estimator"]
    assert problems("norm_mean_type: ~\nrewards: ~\nactor_train: {model_args: {model_type: ~}}\n") == []
    assert problems("actor_train: {modle_args: {}}\n") == ["actor_train"]


def leaves(error: jsonschema.ValidationError) -> list[str]:
    if not error.context:
        return [error.message]
    deepest = max(error.context, key=lambda inner: len(inner.absolute_path))
    return leaves(deepest)


@pytest.mark.parametrize("path", corpus_files("0.1.3/**/rlvr*.yaml"), ids=lambda path: str(path)[-50:])
def test_real_configs_offend_only_by_keys_that_roll_ignores(path: Path) -> None:
    data = yaml.load(path.read_text(encoding="utf-8"), get_yaml_loader())
    for error in VALIDATOR.iter_errors(data):
        for message in leaves(error):
            assert message.startswith("Additional properties"), message


def test_every_field_tells_what_it_is() -> None:
    for name, section in {"": SCHEMA, **SCHEMA["definitions"]}.items():
        for field, entry in section["properties"].items():
            assert entry.get("description"), f"{name}.{field}"
