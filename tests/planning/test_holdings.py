"""What roles hold on their GPUs in each phase."""

from __future__ import annotations

import pytest

from roll_schema.facts.catalog.gpus import GPUS
from tests.planning.plans import amounts, lora, plan_of
from tests.support import lint_path, lint_text
from tests.write_examples import PLANNED


def test_zero_3_shares_out_everything() -> None:
    parameters, trained = 7_615_616_512, 20_185_088
    assert amounts(lora(), 0, "train", "actor_train") == {
        "weights": 2 * parameters // 16,
        "adapter": 2 * trained // 16,
        "gradients": 2 * trained // 16,
        "optimizer states": 12 * trained // 16,
        "gradient buckets": 2 * 2 * trained,
        "gathered layers": 2 * 1_000_000_000,
        "activations": 28 * 34 * 6144 * 3584,
        "logits": 10 * 6144 * 152_064,
    }


def test_an_engine_fills_its_share_with_cache() -> None:
    held = amounts(lora(), 0, "rollout", "actor_infer")
    assert sum(held.values()) == int(0.6 * GPUS["h100-80g"].memory)
    cache = lora().caches["actor_infer"]
    assert cache.bytes_per_token == 2 * 28 * 4 * 128 * 2
    assert cache.tokens == held["KV cache"] // cache.bytes_per_token
    assert (cache.longest, cache.sequence) == (8000, 2048 + 4096)


def test_who_is_idle_has_left_the_gpu() -> None:
    assert amounts(lora(), 0, "train", "actor_infer") == {}
    assert amounts(lora(), 0, "rollout", "actor_train") == {}


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
