"""The trainer's backends: FSDP2's settings, and that DeepSpeed and FSDP2 compute the same on any number of ranks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from roll_runtime.recipe import Recipe
from roll_runtime.training.fsdp2_config import Fsdp2Settings, settings

import roll_schema
from tests.patience import PATIENCE
from tests.runtime.conftest import CONFIG

PLACE = "actor_train.strategy_args.strategy_config"
DEFAULTS = Fsdp2Settings(
    mesh=(4,),
    load_dtype="fp32",
    compute_dtype="bf16",
    reduce_dtype="fp32",
    reshard_after_forward=None,
    offloads=False,
    reduces_each_micro_batch=True,
    layers=None,
    gathers_embeddings_alone=False,
    gathers_output_alone=False,
)


def fsdp2(config: str) -> list[str]:
    name = "actor_train.strategy_args.strategy_name=fsdp2_train"
    return [name, f"~{PLACE}.zero_optimization", f"{PLACE}={config}"]


@pytest.mark.parametrize(
    ("config", "changed"),
    [
        ("{}", {}),
        ("{fsdp_size: 1}", {}),
        ("{fsdp_size: 4}", {}),
        ("{fsdp_size: 2}", {"mesh": (2, 2)}),
        ("{param_dtype: bfloat16}", {"load_dtype": "bf16"}),
        ("{param_dtype: float32}", {"compute_dtype": "fp32"}),
        ("{reduce_dtype: bf16}", {"reduce_dtype": "bf16"}),
        ("{reshard_after_forward: false}", {"reshard_after_forward": False}),
        ("{reshard_after_forward: 2}", {"reshard_after_forward": 2}),
        ("{offload_policy: true}", {"offloads": True}),
        ("{reduce_scatter_during_grad_accumulation: false}", {"reduces_each_micro_batch": False}),
        ("{wrap_policy: {transformer_layer_cls_to_wrap: Qwen2MLP}}", {"layers": ("Qwen2MLP",)}),
        ("{wrap_policy: {transformer_layer_cls_to_wrap: [A, B]}}", {"layers": ("A", "B")}),
        (
            "{wrap_policy: {wrap_embeddings: true, wrap_lm_output: true}}",
            {"gathers_embeddings_alone": True, "gathers_output_alone": True},
        ),
    ],
)
def test_settings_of_fsdp2(config: str, changed: dict[str, Any]) -> None:
    ranks = ["num_gpus_per_node=4", "actor_train.device_mapping='[0,1,2,3]'"]
    size = "actor_train.training_args.per_device_train_batch_size=8"
    checked = roll_schema.load(CONFIG, [*ranks, size, *fsdp2(config)], release="0.3.0", target="run")
    found = settings(Recipe(checked.config, "0.3.0"))  # type: ignore[arg-type]
    expected = {name: getattr(DEFAULTS, name) for name in DEFAULTS.__slots__} | changed
    assert found == Fsdp2Settings(**expected)


FP32 = "param_dtype: fp32"
STEPS = ("train 1", "train 2", "train 3")
CLOSE = 1e-5


def case(overrides: Sequence[str], *actions: str) -> dict[str, Any]:
    """ROLL 0.2.1 has both backends."""
    return {"release": "0.2.1", "overrides": list(overrides), "actions": list(actions)}


def zero(stage: int) -> str:
    return f"{PLACE}.zero_optimization.stage={stage}"


TWO_RANKS = {
    **{f"zero{stage}": case([zero(stage)], *STEPS) for stage in range(3)},
    "plain": case(fsdp2(f"{{{FP32}}}"), "train 1", "train 2", "save two-ranks", "train 3"),
    "offloaded": case(fsdp2(f"{{{FP32}, offload_policy: true, reshard_after_forward: false}}"), *STEPS),
    "checkpointed": case(
        [*fsdp2(f"{{{FP32}}}"), "actor_train.model_args.disable_gradient_checkpointing=false"], *STEPS
    ),
    "reference first": case(fsdp2(f"{{{FP32}}}"), "reference", *STEPS, "reference"),
    "computed in bf16": case(fsdp2("{}"), *STEPS),
    "kept in bf16": case(fsdp2("{param_dtype: bf16, reduce_dtype: bf16}"), *STEPS),
    "tied": case(["pretrain=tied"], *STEPS),
    "tied and gathered": case(
        ["pretrain=tied", *fsdp2(f"{{{FP32}, wrap_policy: {{wrap_embeddings: true, wrap_lm_output: true}}}}")], *STEPS
    ),
    # transformers loads what follows as ZeRO-3 wants it.
    "zero3": case([zero(3)], *STEPS),
}


def results(tiny: Path, ranks: int, *cases: dict[str, Any]) -> list[dict[str, Any]]:
    """What cases come to on so many ranks."""
    file = tiny / "cases.json"
    file.write_text(json.dumps(cases))
    words = [sys.executable, "-m", "tests.runtime.ranks", str(ranks), str(file)]
    done = subprocess.run(words, cwd=tiny, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(file.read_text())
    return found


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name in ("log_probs", "norms"):
        assert found[name] == pytest.approx(expected[name], rel=CLOSE), name
    assert found["adapter"].keys() == expected["adapter"].keys()
    for name, values in expected["adapter"].items():
        assert found["adapter"][name] == pytest.approx(values, rel=CLOSE, abs=CLOSE), name


@pytest.fixture(scope="module")
def two_ranks(tiny: Path) -> dict[str, dict[str, Any]]:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny / "output" / "tiny" / "model")
    model.config.tie_word_embeddings = True
    model.lm_head.weight = model.model.embed_tokens.weight
    model.save_pretrained(tiny / "tied")
    return dict(zip(TWO_RANKS, results(tiny, 2, *TWO_RANKS.values()), strict=True))


@pytest.mark.engines
@pytest.mark.slow
def test_every_backend_computes_what_zero2_does(two_ranks: dict[str, dict[str, Any]]) -> None:
    zero2 = two_ranks["zero2"]
    assert len(zero2["adapter"]) == 28
    assert len({*zero2["norms"], *zero2["log_probs"]}) == 6, "every step changes the weights"
    for name in ("zero0", "zero1", "zero3", "plain", "offloaded", "checkpointed"):
        assert_same(two_ranks[name], zero2)
    assert_same(two_ranks["tied and gathered"], two_ranks["tied"])
    # The adapter is trained although the first forward pass was the base model's.
    first, *steps, last = two_ranks["reference first"]["log_probs"]
    assert first == last
    assert_same(two_ranks["reference first"] | {"log_probs": steps}, zero2)


@pytest.mark.engines
@pytest.mark.slow
@pytest.mark.parametrize("name", ["computed in bf16", "kept in bf16"])
def test_half_precision_is_near(name: str, two_ranks: dict[str, dict[str, Any]]) -> None:
    norms, exact = two_ranks[name]["norms"], two_ranks["plain"]["norms"]
    assert norms == pytest.approx(exact, rel=0.02)
    assert norms != pytest.approx(exact, rel=CLOSE)


@pytest.mark.engines
@pytest.mark.slow
@pytest.mark.parametrize(("ranks", "config"), [(1, "{{{}}}"), (4, "{{{}}}"), (4, "{{{}, fsdp_size: 2}}")])
def test_a_checkpoint_of_two_ranks_goes_on(
    ranks: int, config: str, two_ranks: dict[str, dict[str, Any]], tiny: Path
) -> None:
    (found,) = results(tiny, ranks, case(fsdp2(config.format(FP32)), "load two-ranks", "train 3"))
    whole = two_ranks["plain"]
    assert_same(found, whole | {"log_probs": whole["log_probs"][2:], "norms": whole["norms"][2:]})
