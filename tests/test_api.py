"""The Python interface, and the target that roll-run asks for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import roll_schema
from roll_schema.facts import supported
from roll_schema.facts.strategies import backend_of
from roll_schema.models.rlvr_config import RLVRConfig
from tests.conftest import EXAMPLES, ROOT
from tests.support import places

TINY = EXAMPLES / "ok" / "tiny_cpu.yaml"


def test_every_name_is_there() -> None:
    assert all(hasattr(roll_schema, name) for name in roll_schema.__all__)


def test_a_config_without_errors_is_typed_and_composed() -> None:
    checked = roll_schema.load(TINY, ["actor_train.training_args.learning_rate=2e-5"], target="run")
    assert isinstance(checked.config, RLVRConfig)
    assert checked.config.actor_train.training_args.learning_rate == 2e-5
    assert checked.composed["actor_infer"]["model_args"]["lora_rank"] == 8
    assert checked.pipeline == "rlvr"


def test_errors_are_raised_with_their_places() -> None:
    with pytest.raises(roll_schema.LintError) as raised:
        roll_schema.load(EXAMPLES / "broken" / "unknown_target.yaml")
    assert [item.rule for item in raised.value.diagnostics] == ["lora-target-not-in-model"]
    assert "unknown module `out_proj`" in str(raised.value)


def test_linting_never_raises_for_what_a_config_holds(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("rewards: [", encoding="utf-8")
    assert roll_schema.lint(config).diagnostics
    with pytest.raises(roll_schema.LintError):
        roll_schema.load(config)


def test_what_was_given_and_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(roll_schema.InputError, match="cannot be read"):
        roll_schema.lint(tmp_path / "none.yaml")
    with pytest.raises(roll_schema.InputError, match="no target; there is run"):
        roll_schema.lint(TINY, target="walk")


def test_the_target_is_asked_for() -> None:
    example, templated = EXAMPLES / "ok" / "lora_zero3.yaml", ["+global_template=longcot_V3"]
    assert roll_schema.load(example, templated)
    found = places(roll_schema.lint(example, templated, target="run"))
    assert found == [("template-not-covered", 1, 18)]


def test_pipelines_that_the_engine_does_not_run() -> None:
    agentic = EXAMPLES / "ok" / "agentic_frozen_lake.yaml"
    assert ("pipeline-not-covered", 1, 1) in places(roll_schema.lint(agentic, target="run"))
    assert "pipeline-not-covered" not in {rule for rule, _, _ in places(roll_schema.lint(TINY, target="run"))}


def test_every_reward_of_the_list_is_a_module() -> None:
    folder = ROOT / "runtime" / "roll_runtime" / "rewards"
    named = {f"{name.partition('.')[0]}.py" for name in supported.REWARDS.values()}
    assert named | {"__init__.py"} == {path.name for path in folder.glob("*.py")}


def test_importing_the_package_imports_no_more() -> None:
    code = "import sys, roll_schema; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_trackers_of_the_engine() -> None:
    assert places(roll_schema.lint(TINY, ["track_with=mlflow"])) == [("unknown-tracker", 1, 12)]
    assert places(roll_schema.lint(TINY, ["track_with=mlflow"], target="run")) == []


_PLAIN = ("actor_infer.strategy_args.strategy_name=hf_infer", "~actor_infer.strategy_args.strategy_config")
_ZERO = "actor_train.strategy_args.strategy_config.zero_optimization.stage"
_FSDP2 = "actor_train.strategy_args={{strategy_name:fsdp2_train,strategy_config:{{param_dtype:{}}}}}"


ROLL_ALONE = {
    "lora-rollout-engine": ("0.1.3", _PLAIN),
    "unsupported-rollout-engine": ("0.2.1", _PLAIN),
    "zero-stage-refused": ("0.1.3", [f"{_ZERO}=0"]),
    "no-gather-on-save": ("0.1.3", [f"{_ZERO}=3"]),
    "fp16-on-fsdp2": ("0.3.0", [_FSDP2.format("fp16")]),
    "unknown-fsdp2-precision": ("0.3.0", [_FSDP2.format("int3")]),
}


@pytest.mark.parametrize("rule", supported.OF_ROLL_ALONE)
def test_what_only_roll_cannot_do_is_no_fault_of_the_engine(rule: str) -> None:
    release, overrides = ROLL_ALONE[rule]
    for_roll, for_engine = (
        {item.rule for item in roll_schema.lint(TINY, overrides, release=release, target=target).diagnostics}
        for target in ("", "run")
    )
    assert rule in for_roll
    assert not for_engine & {*supported.OF_ROLL_ALONE}


def test_every_setting_of_fsdp2_is_used_or_refused() -> None:
    backend = backend_of("fsdp2_train")
    assert backend is not None
    keys = {f"{name}.{inner}" for name, key in backend.keys.items() for inner in key.keys}
    keys |= {name for name, key in backend.keys.items() if not key.keys}
    assert keys == {*supported.FSDP2_SETTINGS, *supported.FSDP2_WITHOUT_EFFECT}
    assert not supported.FSDP2_SETTINGS.keys() & supported.FSDP2_WITHOUT_EFFECT.keys()


@pytest.mark.parametrize(
    ("given", "said"), [({"release": "0.2"}, "there is no release 0.2"), ({"pipeline": "rlhf"}, "rlhf")]
)
def test_names_that_are_none(given: dict[str, str], said: str) -> None:
    with pytest.raises(roll_schema.InputError, match=said):
        roll_schema.lint(TINY, **given)  # type: ignore[arg-type]


def test_folders_may_be_texts() -> None:
    assert roll_schema.lint(EXAMPLES / "ok/lora_zero3.yaml", config_dirs=["nowhere"]).diagnostics == []
    assert "lint" in dir(roll_schema)
