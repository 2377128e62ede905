from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from roll_schema.facts import releases
from roll_schema.facts.strategies import backend_of, entries, fits
from tests.support import lint_text


@pytest.mark.parametrize(
    ("value", "kind", "verdict"),
    [
        (1, "int", True), (1.0e9, "int", True), (1.5, "int", False), ("1", "int", False), (True, "int", False),
        (1, "float", True), ("x", "float", False), (True, "bool", True), ("true", "bool", False),
        (None, "Optional[int]", True), (None, "int", False), ("full", "Optional[Literal['full', 'selective']]", True),
        ("ful", "Optional[Literal['full', 'selective']]", False), (2, "Literal[0, 1, 2, 3]", True),
        (True, "Literal[0, 1, 2, 3]", False), ({}, "Optional[Union[dict, str]]", True), ([], "Union[dict, str]", False),
        ({"a": 1}, "dict[str, int]", True), ([1], "List[int]", True), (object(), "Any", True), (1, "Odd | Thing", True),
        (1, "Other", True),
    ],
)  # fmt: skip
def test_fits(value: Any, kind: str, verdict: bool) -> None:
    assert fits(value, kind) is verdict


def test_megatron_has_the_fields_of_each_release(shared: Path) -> None:
    backend = backend_of("megatron_train")
    assert backend is not None
    for name in releases.NAMES:
        facts = json.loads((shared / "facts" / f"megatron-{name}.json").read_text(encoding="utf-8"))
        wanted = set(facts["classes"]["TrainingArguments"]["flat"])
        ours = {
            key for key, item in backend.keys.items() if item.of == "" and releases.load(name).matches(item.releases)
        }
        assert ours == wanted
    transformers = json.loads((shared / "facts" / "hf-training-args.json").read_text(encoding="utf-8"))
    assert {key for fields in transformers.values() for key in fields} <= set(backend.keys)


def test_other_backends_have_the_keys_that_were_gathered(shared: Path) -> None:
    gathered = json.loads((shared / "facts" / "strategy_keys.json").read_text(encoding="utf-8"))
    engine = json.loads((shared / "facts" / "backends" / "vllm_engine_args.json").read_text(encoding="utf-8"))
    vllm = backend_of("vllm")
    assert vllm is not None
    assert set(engine["AsyncEngineArgs"]) <= set(vllm.keys)
    for name in releases.NAMES:
        facts, release = gathered[f"v{name}"], releases.load(name)
        consumed = {key for key, item in vllm.keys.items() if item.consumed and release.matches(item.releases)}
        assert consumed == set(facts["vllm"]["consumed"])
        if "fsdp2_train" in facts:
            fsdp2 = backend_of("fsdp2_train")
            assert fsdp2 is not None
            ours = {key for key, item in fsdp2.keys.items() if release.matches(item.releases) and not item.keys}
            ours |= {f"wrap_policy.{key}" for key in fsdp2.keys["wrap_policy"].keys}
            assert ours == set(facts["fsdp2_train"]["consumed"])
    deepspeed = json.loads((shared / "facts" / "backends" / "deepspeed.json").read_text(encoding="utf-8"))
    ours_of = backend_of("deepspeed_train")
    assert ours_of is not None
    for section, model in (
        ("zero_optimization", "DeepSpeedZeroConfig"),
        ("bf16", "DeepSpeedBF16Config"),
        ("fp16", "DeepSpeedFP16Config"),
    ):
        assert set(deepspeed["models"][model]["fields"]) <= set(ours_of.keys[section].keys)


def found(strategy: str, config: str, release: str) -> list[tuple[str, str, str, int]]:
    text = f"actor_train:\n  strategy_args:\n    strategy_name: {strategy}\n    strategy_config: {config}\n"
    items = lint_text(text, release=release).diagnostics
    return [
        (item.rule, item.severity.value, item.fails, item.span.first.column)
        for item in items
        if item.rule.endswith(("strategy-key", "strategy-value", "unresolved-auto"))
    ]


KEY, VALUE = "unknown-strategy-key", "wrong-strategy-value"
CASES = [
    ("megatron_train", "{tensor_model_parallel_size: 2, bf16: true, fsdp: x}", "0.1.3", []),
    ("megatron_train", "{ckpt_format: legacy}", "0.2.1", [(KEY, "error", "at worker start", 23)]),
    ("megatron_train", "{ckpt_format: legacy}", "0.3.0", []),
    ("megatron_train", "{sequence_parallel: 'true'}", "0.3.0", [(VALUE, "warning", "at worker start", 42)]),
    ("fsdp2_train", "{fsdp_sise: 2}", "0.2.1", [(KEY, "error", "silently", 23)]),
    ("fsdp2_train", "{ep_size: 2}", "0.2.1", [(KEY, "error", "silently", 23)]),
    ("fsdp2_train", "{ep_size: 2, wrap_policy: {moe_experts: [a]}}", "0.3.0", []),
    ("fsdp2_train", "{zero_optimization: {stage: 3}, fp16: {enabled: false}}", "0.3.0", [(KEY, "error", "silently", 5)]),
    ("vllm", "{engine_mode: x, sleep_level: 1}", "0.1.3", []),
    ("vllm", "{engine_mode: x}", "0.2.0", [(KEY, "error", "at worker start", 23)]),
    ("vllm", "{tensor_model_parallel_size: 2}", "0.2.0", [(KEY, "error", "at worker start", 23)]),
    ("vllm", "{gpu_memory_utilisation: 0.8}", "0.2.0", [(KEY, "warning", "at worker start", 23)]),
    ("vllm", "{disable_mm_preprocessor_cache: true}", "0.2.0", []),
    ("vllm", "{max_num_seqs: 0}", "0.2.0", [(VALUE, "warning", "at worker start", 37)]),
    ("vllm", "{max_num_seqs: 1, max_model_len: null, watermark: 0.99}", "0.2.0", []),
    ("vllm", "{watermark: 1.0}", "0.2.0", [(VALUE, "warning", "at worker start", 34)]),
    ("sglang", "{anything: 1, mem_fraction_static: 0.8}", "0.2.0", []),
    ("hf_infer", "{a: 1}", "0.2.0", [(KEY, "warning", "silently", 23)]),
    ("deepspeed_train", "{zero_optimisation: {stage: 3}}", "0.2.0", [(KEY, "error", "silently", 23)]),
    ("deepspeed_train", "{something_newer: 1}", "0.2.0", [(KEY, "warning", "silently", 23)]),
    ("deepspeed_train", "{zero_optimization: {stag: 3}}", "0.2.0", [(KEY, "error", "at worker start", 43)]),
    ("deepspeed_train", "{zero_optimization: {stag: auto}}", "0.2.0", [(KEY, "error", "silently", 43)]),
    ("deepspeed_train", "{activation_checkpointing: {profil: true}}", "0.2.0", [(KEY, "error", "silently", 50)]),
    ("deepspeed_train", "{zero_optimization: {leaf_module: {names: mlp}}}", "0.2.0", []),
    ("deepspeed_train", "{zero_optimization: {stage: 3, overlap_comm: auto}}", "0.2.0", []),
    ("deepspeed_train", "{zero_optimization: {stage: auto}}", "0.2.0", [("unresolved-auto", "error", "at worker start", 50)]),
    ("deepspeed_train", "{zero_optimization: {stage: 4}}", "0.2.0", [(VALUE, "warning", "at worker start", 50)]),
    ("deepspeed_train", "{zero_optimization: {stage: 2, reduce_bucket_size: 5.0e+8}}", "0.2.0", []),
    ("deepspeed_train", "{zero_optimization: {reduce_bucket_size: 0}}", "0.2.0", [(VALUE, "warning", "at worker start", 63)]),
    ("deepspeed_train", "{gradient_clipping: 0.5}", "0.2.0", [("rewritten-strategy-key", "info", "silently", 23)]),
    ("deepspeed_train", "{train_batch_size: auto, steps_per_print: ${nothing}}", "0.2.0", []),
]  # fmt: skip


@pytest.mark.parametrize(("strategy", "config", "release", "expected"), CASES)
def test_keys_and_values(strategy: str, config: str, release: str, expected: list[tuple[str, str, str, int]]) -> None:
    assert found(strategy, config, release) == expected


def test_unknown_values_are_not_judged() -> None:
    backend = backend_of("vllm")
    assert backend is not None
    assert [entry.name for entry in entries(backend, {"seed": 1}, releases.load("0.1.3"))] == ["seed"]
