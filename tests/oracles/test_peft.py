"""PEFT's adapters on a tiny model against the rules on LoRA."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.facts.catalog import is_pattern, target_names
from tests.oracles.verdicts import Cases, Settings, adapter, cases, diagnosed, generated, refusal

pytestmark = pytest.mark.oracle

Ours = Callable[..., str | None]
Theirs = Callable[[Settings], str | None]

RELEASE = "0.1.3"
"""Of the LoRA guide: it gives PEFT a list of names, or a regular expression as a text."""


@pytest.fixture(scope="session")
def adapted(model: Path) -> Callable[[Settings], Any]:
    """The tiny model with the adapter that ROLL makes of LoRA arguments."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(model)

    def build(arguments: Settings) -> Any:
        target = arguments.get("lora_target", "q_proj,v_proj")
        modules = target if is_pattern(target) else target_names(target)
        options = {"r": arguments.get("lora_rank", 8), "lora_dropout": arguments.get("lora_dropout", 0.0)}
        with warnings.catch_warnings(), torch.device("meta"):
            warnings.simplefilter("ignore")
            bare = AutoModelForCausalLM.from_config(config)
            return get_peft_model(bare, LoraConfig(target_modules=modules, task_type="CAUSAL_LM", **options))

    return build


@pytest.fixture(scope="session")
def peft(adapted: Callable[[Settings], Any]) -> Theirs:
    """PEFT's verdict on LoRA arguments."""
    return lambda arguments: refusal(lambda: adapted(arguments))


def targets(*values: str) -> list[Settings]:
    return [{"lora_target": value} for value in values]


ADAPTERS = [
    Cases(
        "lora-rank-not-positive",
        "positive integer",
        [{"lora_rank": 0}, {"lora_rank": -1}, {"lora_rank": -8}],
        [{"lora_rank": 1}, {"lora_rank": 3}, {"lora_rank": 512}],
    ),
    Cases(
        "lora-dropout-in-rl",
        "between 0 and 1",
        [{"lora_dropout": 1.0001}, {"lora_dropout": 10}],
        [{"lora_dropout": 0}],
        severity="error",
    ),
    Cases(
        "lora-target-invalid-regex",
        "",
        targets("*_proj", "(q_proj", "q_proj|(v_proj", "q_proj)|(", "**"),
        targets(".*_proj", r".*\.(q_proj|v_proj)", "q_proj,v_proj"),
    ),
    Cases(
        "lora-target-accidental-regex",
        "not found in the base model",
        targets("q_proj,v_proj$", "q_proj|v_proj", "(q_proj)", "q_proj$", ".*q_proj,v_proj$"),
        targets(
            ".*q_proj$", "lm_head$", "lm(_head)", r"model\.layers\.\d+\.self_attn\.(q|v)_proj", ".*(q_proj|v_proj)"
        ),
    ),
    Cases(
        "lora-all-linear-unsupported",
        "not found in the base model",
        targets("all-linear", "all", "all_linear", "ALL-LINEAR", "all-router"),
        targets("q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj"),
    ),
    Cases(
        "lora-target-not-in-model",
        "not found in the base model",
        targets("q_porj", "linear_qkv", "c_attn", "Q_proj", "proj", "q_proj v_proj", "self_attn.query", "", ",")
        + targets(r".*\.attention\.(q|v)_proj", r"layers\.\d\.self_attn\.q_proj$", r"model\.layers\.[2-9]\..*_proj"),
        targets("q_proj", "q_proj, v_proj", "self_attn.q_proj", "layers.0.self_attn.q_proj", "lm_head", "embed_tokens"),
    ),
    Cases(
        "lora-target-not-linear",
        "is not supported",
        targets("mlp", "q_proj,self_attn", "input_layernorm", "norm,q_proj", "act_fn", "rotary_emb", "model", "layers"),
        targets("q_proj,v_proj", "gate_proj,up_proj,down_proj", "embed_tokens,lm_head"),
    ),
]


@pytest.mark.parametrize(("rule", "arguments", "severity", "about"), cases("get_peft_model", ADAPTERS))
def test_adapters(rule: str, arguments: Settings, severity: str | None, about: str, peft: Theirs, ours: Ours) -> None:
    reason = peft(arguments)
    assert (reason is None) is (severity is None), reason
    assert about in (reason or "")
    assert ours(rule, adapter(arguments), release=RELEASE) == severity


@generated("lora-rank-not-positive", by="get_peft_model", examples=100)
@given(rank=st.integers(-4, 1024))
def test_generated_ranks(rank: int, peft: Theirs, ours: Ours) -> None:
    arguments = {"lora_rank": rank}
    refused = peft(arguments) is not None
    assert refused is (ours("lora-rank-not-positive", adapter(arguments), release=RELEASE) == "error")


@generated("lora-dropout-in-rl", by="get_peft_model", examples=100)
@given(dropout=st.floats(0, 2))
def test_generated_dropouts(dropout: float, peft: Theirs, ours: Ours) -> None:
    arguments = {"lora_dropout": dropout}
    refused = peft(arguments) is not None
    assert refused is (ours("lora-dropout-in-rl", adapter(arguments), release=RELEASE) == "error")


LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "embed_tokens", "lm_head"]
ABSENT = ["qkv_proj", "q_porj", "w1", "proj", "linear_fc1", "Q_PROJ"]
OTHERS = ["mlp", "self_attn", "norm", "act_fn", "input_layernorm", "post_attention_layernorm", "rotary_emb"]


@pytest.fixture(scope="session")
def alone(peft: Theirs) -> dict[str, str]:
    """PEFT's reason to refuse each name where it is the only one, empty where it takes it."""
    return {name: peft({"lora_target": name}) or "" for name in LINEAR + ABSENT + OTHERS}


@generated("lora-target-not-in-model", "lora-target-not-linear", by="get_peft_model")
@given(names=st.lists(st.sampled_from(LINEAR + ABSENT + OTHERS), min_size=1, max_size=4, unique=True))
def test_generated_lists_of_names(names: list[str], model: Path, peft: Theirs, alone: dict[str, str]) -> None:
    """A name without a module fails alone and is skipped beside others; a module without weights always fails."""
    reason = peft({"lora_target": ",".join(names)}) or ""
    changes = {"pretrain": str(model), **adapter({"lora_target": ",".join(names)})}
    missing = diagnosed("lora-target-not-in-model", changes, RELEASE)
    not_linear = diagnosed("lora-target-not-linear", changes, RELEASE)
    assert bool(missing) is any("not found" in alone[name] for name in names)
    assert bool(not_linear) is ("is not supported" in reason)
    assert ("not found" in reason) is ([item.fails for item in missing] == ["at worker start"] and not not_linear)


PATTERNS = st.lists(
    st.sampled_from([*LINEAR[:4], "lm_head", "model", ".*", "\\.", "(", ")", "|", "$", "*", ",", "[a-z]+", "?", "+"]),
    min_size=1,
    max_size=6,
).map("".join)


@generated("lora-target-invalid-regex", by="get_peft_model", examples=250)
@given(pattern=PATTERNS.filter(is_pattern))
def test_generated_patterns(pattern: str, peft: Theirs, ours: Ours) -> None:
    arguments = {"lora_target": pattern}
    reason, changes = peft(arguments) or "", adapter({"lora_target": pattern})
    broken = bool(reason) and not any(text in reason for text in ("not found", "not supported"))
    assert broken is (ours("lora-target-invalid-regex", changes, release=RELEASE) == "error"), reason
    # What matches no module for another reason is not judged.
    assert ours("lora-target-accidental-regex", changes, release=RELEASE) is None or "not found" in reason


@generated("lora-target-of-other-backend", by="get_peft_model", examples=100)
@given(
    names=st.lists(st.sampled_from([*LINEAR[:7], "linear_qkv", "linear_proj", "linear_fc2"]), min_size=1, unique=True)
)
def test_generated_names_of_megatron(names: list[str], adapted: Callable[[Settings], Any], ours: Ours) -> None:
    arguments = {"lora_target": ",".join(names)}
    trained = set() if refusal(lambda: adapted(arguments)) else modules_of(adapted(arguments))
    changes = adapter(arguments)
    assert (trained != set(names)) is (ours("lora-target-of-other-backend", changes, release="0.2.1") == "error")


def modules_of(model: Any) -> set[str]:
    return {name.rpartition(".")[2] for name in model.targeted_module_names}
