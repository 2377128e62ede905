"""The plan of a config: who sits where, what a step does, what it holds, and the pictures of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from roll_schema.facts.catalog.gpus import GPUS
from roll_schema.planning import plan
from roll_schema.planning.plan import Plan
from roll_schema.report.plan import html as plan_html
from roll_schema.report.plan import json as plan_json
from roll_schema.report.plan import svg as plan_svg
from roll_schema.report.plan import text as plan_text
from roll_schema.report.plan.layout import node_rows
from tests.conftest import corpus_files
from tests.support import lint_path, lint_text
from tests.write_examples import PICTURE, PLANNED, planned


def plan_of(result: Any, gpu: str | None = "h100-80g", gpus_per_node: int | None = None) -> Plan:
    assert result.config is not None
    kind = GPUS[gpu] if gpu else None
    return plan.make(result.config, result.file, result.facts, result.pipeline.name, kind, gpus_per_node, result.roles)


@pytest.fixture(scope="module")
def lora() -> Plan:
    return plan_of(lint_path(PLANNED))


def test_roles_are_placed_as_the_config_says(lora: Plan) -> None:
    assert [(role.name, len(role.devices), role.processes) for role in lora.roles] == [
        ("actor_train", 16, 0),
        ("actor_infer", 12, 0),
        ("rewards.math_rule", 0, 8),
        ("rewards.ifeval", 0, 8),
    ]
    assert lora.nodes == 2
    assert [group.devices for group in lora.groups] == [tuple(range(12)), (12, 13, 14, 15)]
    assert lora.phases == ("sync", "rollout", "reward", "log-probs", "train")


def test_the_reference_of_an_adapter_is_the_trainer(lora: Plan) -> None:
    assert "reference" not in {role.name for role in lora.roles}


def test_samples_and_steps_are_counted(lora: Plan) -> None:
    assert lora.arithmetic == (
        "64 prompts × 8 samples = 512 sequences per step",
        "actor_train: 16 ranks × 1 × 32 = 512 sequences per optimizer step: 1 optimizer step per pipeline step",
    )


def amounts(made: Plan, device: int, phase: str, role: str) -> dict[str, int]:
    group = next(group for group in made.groups if device in group.devices)
    holding = next(holding for holding in group.phases[phase] if holding.role == role)
    return {amount.what: amount.bytes for amount in holding.amounts}


def test_zero_3_shares_out_everything(lora: Plan) -> None:
    parameters, trained = 7_615_616_512, 20_185_088
    assert amounts(lora, 0, "train", "actor_train") == {
        "weights": 2 * parameters // 16,
        "adapter": 2 * trained // 16,
        "gradients": 2 * trained // 16,
        "optimizer states": 12 * trained // 16,
        "gradient buckets": 2 * 2 * trained,
        "gathered layers": 2 * 1_000_000_000,
        "activations": 28 * 34 * 6144 * 3584,
        "logits": 10 * 6144 * 152_064,
    }


def test_an_engine_fills_its_share_with_cache(lora: Plan) -> None:
    held = amounts(lora, 0, "rollout", "actor_infer")
    assert sum(held.values()) == int(0.6 * GPUS["h100-80g"].memory)
    cache = lora.caches["actor_infer"]
    assert cache.bytes_per_token == 2 * 28 * 4 * 128 * 2
    assert cache.tokens == held["KV cache"] // cache.bytes_per_token
    assert (cache.longest, cache.sequence) == (8000, 2048 + 4096)


def test_who_is_idle_has_left_the_gpu(lora: Plan) -> None:
    assert amounts(lora, 0, "train", "actor_infer") == {}
    assert amounts(lora, 0, "rollout", "actor_train") == {}


@pytest.mark.parametrize(
    ("release", "train", "infer", "stays"),
    [
        ("0.1.3", "0,4", "0,4", False),
        ("0.1.3", "0,4", "0,8", True),
        ("0.2.1", "0,4", "0,8", False),
        ("0.2.1", "0,4", "4,8", True),
    ],
)
def test_when_the_engine_makes_room(release: str, train: str, infer: str, stays: bool) -> None:
    text = f"""\
pretrain: Qwen/Qwen2.5-0.5B
response_length: 64
prompt_length: 64
rewards: {{}}
adv_estimator: reinforce
actor_train:
  strategy_args: {{strategy_name: megatron_train}}
  device_mapping: list(range({train}))
actor_infer:
  strategy_args: {{strategy_name: vllm}}
  device_mapping: list(range({infer}))
"""
    made = plan_of(lint_text(text, release=release))
    assert bool(amounts(made, int(infer[2]) - 1, "train", "actor_infer")) is stays


@pytest.mark.parametrize(
    ("gpu", "verdict"), [("h100-80g", ""), ("4090-24g", "may not fit"), ("t4-16g", "does not fit")]
)
def test_what_is_sure_not_to_fit_is_told_from_what_may_not(gpu: str, verdict: str) -> None:
    made = plan_of(
        lint_path(PLANNED, overrides=("actor_infer.strategy_args.strategy_config.gpu_memory_utilization=0.9",)), gpu
    )
    verdicts = {made.verdict(group, phase) for group in made.groups for phase in made.phases}
    assert verdict in verdicts
    assert verdict or verdicts == {""}


def test_without_a_gpu_the_engines_memory_is_not_known() -> None:
    made = plan_of(lint_path(PLANNED), gpu=None)
    assert "what engines hold depends on the GPU: name it with --gpu" in made.unknown
    assert amounts(made, 0, "train", "actor_train")
    assert not made.groups[0].known("rollout")


def test_a_model_that_is_not_known_leaves_only_the_memory_open() -> None:
    made = plan_of(lint_path(PLANNED, overrides=("pretrain=my/own",)))
    assert made.role("actor_train").devices == tuple(range(16))
    assert any("model" in line for line in made.unknown)
    assert not any(holding.amounts for group in made.groups for held in group.phases.values() for holding in held)


def test_weights_that_are_sent_do_not_depend_on_the_batch() -> None:
    text = """\
pretrain: Qwen/Qwen2.5-7B
actor_train:
  training_args: {per_device_train_batch_size: 0}
  strategy_args: {strategy_name: megatron_train}
  device_mapping: "[0]"
"""
    (group,) = plan_of(lint_text(text, release="0.2.1")).groups
    assert group.known("sync")
    assert not group.known("train")


def test_a_plan_without_roles_says_so() -> None:
    lines = list(plan_text.render(plan_of(lint_text("pretrain: a\n")), colored=False))
    assert lines[1:3] == ["", "  no role can be placed"]
    assert not any(line.startswith("    GPU") for line in lines)


def test_nodes_that_look_alike_are_one_row() -> None:
    text = """\
num_gpus_per_node: 8
actor_train: {device_mapping: "list(range(0,512))", strategy_args: {strategy_name: megatron_train}}
actor_infer: {device_mapping: "list(range(0,256))", strategy_args: {strategy_name: vllm}}
"""
    made = plan_of(lint_text(text, release="0.2.1"))
    assert made.nodes == 64
    assert [row.title for row in node_rows(made)] == ["nodes 0 to 31 (32 alike)", "nodes 32 to 63 (32 alike)"]


def test_the_plan_of_pure_distillation_is_that_of_the_actors() -> None:
    text = """\
rollout_batch_size: 64
num_return_sequences_in_group: 4
sequence_length: 1024
async_generation_ratio: 1
pretrain: Qwen/Qwen2.5-7B
actor_train:
  training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 8}
  strategy_args: {strategy_name: fsdp2_train}
  device_mapping: "[0, 1, 2, 3]"
actor_infer: {device_mapping: "[2, 3, 4, 5]", strategy_args: {strategy_name: vllm}}
"""
    usual = plan_of(lint_text(text, release="0.3.0"))
    pure = plan_of(lint_text(text.replace("actor_", "student_"), release="0.3.0", pipeline="onpolicy_distill"))
    renamed = plan_json.render(usual).replace("actor_", "student_").replace('"rlvr"', '"onpolicy_distill"')
    assert plan_json.render(pure) == renamed
    assert "student_infer" in pure.caches


def test_a_gap_of_many_nodes_is_not_walked_through() -> None:
    text = 'actor_infer: {device_mapping: "[0, 1, 300000000]", strategy_args: {strategy_name: vllm}}\n'
    made = plan_of(lint_text(text, release="0.2.1"))
    assert [row.title for row in node_rows(made)] == ["node 0", "node 37500000"]


def test_text_shows_every_role_and_phase(lora: Plan) -> None:
    text = "\n".join(plan_text.render(lora, colored=False))
    assert all(role.name in text for role in lora.roles)
    assert all(f" {phase} " in text for phase in lora.phases)
    assert "\x1b" not in text
    assert "\x1b[48;2;" in "\n".join(plan_text.render(lora, colored=True))


def test_every_amount_is_explained(lora: Plan) -> None:
    text = "\n".join(plan_text.explain(lora))
    assert "= 2 bytes × 7,615,616,512 frozen parameters / 16 ranks" in text
    assert text.count("\n                            = ") == sum(
        len(holding.amounts) for group in lora.groups for held in group.phases.values() for holding in held
    )


def test_json_has_all_of_it(lora: Plan) -> None:
    document = json.loads(plan_json.render(lora))
    assert document["roles"][0]["trained_parameters"] == 20_185_088
    assert document["groups"][0]["memory"]["rollout"]["actor_infer"]["complete"] is True
    assert document["kv_caches"]["actor_infer"]["sequence"] == 6144


def test_pictures_are_well_formed_and_carry_nothing_from_outside(lora: Plan) -> None:
    svg = plan_svg.render(lora)
    ElementTree.fromstring(svg)
    html = plan_html.render(lora)
    assert svg in html
    for text in (svg, html):
        assert not re.search(r"<script|href|src=|url\(", text)


def test_hostile_names_stay_text() -> None:
    text = PLANNED.read_text(encoding="utf-8").replace("math_rule:", '"<script>\\u001b[2J":', 1)
    made = plan_of(lint_text(text, PLANNED, overrides=('pretrain="<b>&x"',)))
    svg = plan_svg.render(made)
    ElementTree.fromstring(svg)
    assert "<script>" not in svg
    assert "<b>" not in plan_html.render(made)
    assert "\x1b" not in "\n".join(plan_text.render(made, colored=False))


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: path.stem)
def test_every_real_config_is_planned(path: Path) -> None:
    release = path.parts[path.parts.index("corpus") + 1]
    result = lint_path(path, release=release, search_paths=(), allowed=(path.parents[1],))
    if result.config is None:
        return
    made = plan_of(result)
    ElementTree.fromstring(plan_svg.render(made))
    assert list(plan_text.render(made, colored=False))
    json.loads(plan_json.render(made))


def test_the_picture_in_the_docs_is_up_to_date() -> None:
    assert PICTURE.read_text(encoding="utf-8") == plan_svg.render(planned(PLANNED, "h100-80g"))
