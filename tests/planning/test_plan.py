"""Whole plans: whether it fits, and that every real config has one."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from roll_schema.report.plan import json as plan_json
from roll_schema.report.plan import svg as plan_svg
from roll_schema.report.plan import text as plan_text
from tests.conftest import corpus_files
from tests.planning.plans import plan_of
from tests.support import lint_path, lint_text
from tests.write_examples import PLANNED


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
