"""What a config comes to, computed as ROLL computes it; and the DeepSpeed config that is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from roll_runtime.arithmetic.settings import Bounds, Correction, Filter
from roll_runtime.recipe import Recipe
from roll_runtime.settings import Batches
from roll_runtime.training import deepspeed_config

import roll_schema
from tests.runtime.conftest import CONFIG, TWO_RANKS


def recipe(*overrides: str, release: str = "0.1.3") -> Recipe:
    checked = roll_schema.load(CONFIG, overrides, target="run", release=release)
    return Recipe(checked.config, release)  # type: ignore[arg-type]


def test_batches() -> None:
    assert recipe(*TWO_RANKS).batches == Batches(
        prompts=8, group=8, ranks=2, micro=16, accumulation=2, epochs=1, no_grad=32
    )
    assert recipe(*TWO_RANKS).batches.optimizer_steps == 1
    assert recipe("ppo_epochs=3", "rollout_batch_size=16").batches.optimizer_steps == 6


def test_environment_variables_of_all_workers_and_of_one() -> None:
    own = recipe("+system_envs={A: '1', B: '2'}", "+rewards.math_rule.system_envs={B: '3'}")
    assert own.variables(own.trainer) == {"A": "1", "B": "2"}
    assert own.variables(own.config.rewards["math_rule"]) == {"A": "1", "B": "3"}


def test_checkpoints_are_copied_where_the_config_says() -> None:
    assert recipe().copies is None
    assert recipe("+checkpoint_config={type: file_system, output_dir: /models}").copies == Path("/models/tiny-cpu")


def test_log_probabilities_are_computed_again_only_where_they_change() -> None:
    assert not recipe().recomputes
    assert not recipe("ppo_epochs=2").recomputes
    assert recipe("rollout_batch_size=16").recomputes
    assert recipe("init_kl_coef=0.1").recomputes
    assert recipe(release="0.1.1").recomputes
    assert recipe("+enable_old_logprobs_recompute=true").recomputes
    assert not recipe("rollout_batch_size=16", "+force_disable_old_logprobs_recompute=true").recomputes


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("q_proj,v_proj", ["q_proj", "v_proj"]),
        ("'q_proj, v_proj'", ["q_proj", "v_proj"]),
        ("'.*(q|v)_proj'", ".*(q|v)_proj"),
    ],
)
def test_targets_are_names_or_an_expression(target: str, expected: list[str] | str) -> None:
    quoted = target if target.startswith("'") else f"'{target}'"
    lora = recipe(f"lora_target={quoted}").lora
    assert lora is not None
    assert lora.targets == expected


def test_alpha_left_out_is_twice_the_rank() -> None:
    lora = recipe("~lora_alpha", "~actor_train.model_args.lora_alpha", "~actor_infer.model_args.lora_alpha").lora
    assert lora is not None
    assert (lora.rank, lora.alpha) == (8, 16)


def test_the_answer_has_what_the_prompt_leaves() -> None:
    assert recipe("+sequence_length=96").response_length == 32
    assert recipe().rollout_sampling.longest == 16
    assert recipe().rollout_sampling.count == 8
    assert recipe().rollout_sampling.top_k == 0
    validation = recipe("+val_prompt_length=64", "+val_sequence_length=72").validation_sampling
    assert validation is not None
    assert (validation.longest, validation.count, validation.temperature) == (8, 1, 0.6)


def test_the_warm_up() -> None:
    assert recipe("actor_train.training_args.warmup_steps=7").optimization.warmup == 7
    assert recipe("+actor_train.training_args.warmup_ratio=0.1").optimization.warmup == 4
    assert recipe("ppo_epochs=2").optimization.total == 80


def test_grpo_forces_groups_and_the_loss_its_bounds() -> None:
    assert (recipe().advantages.mean, recipe().advantages.std) == ("group", "group")
    plain = recipe("adv_estimator=reinforce", "+norm_mean_type=batch")
    assert (plain.advantages.mean, plain.advantages.std) == ("batch", None)
    assert (plain.loss.clip_low, plain.loss.clip_high, plain.loss.dual_clip) == (0.2, 0.2, None)
    ranged = recipe("+use_pg_clip_range=true", "+pg_clip_low=0.1", "+pg_clip_high=0.4", "+dual_clip_loss=true").loss
    assert (ranged.clip_low, ranged.clip_high, ranged.dual_clip) == (0.1, 0.4, 1.4)
    assert recipe("+pg_clip=0").loss.clip_low == 0


def test_corrections_are_those_of_the_release() -> None:
    masked = recipe("+train_infer_diff_seq_mask=true").loss.correction
    assert masked == Correction((Filter("geometric", None, Bounds(-0.2, 0.2)),))
    filters = "[{enabled:true,agg_type:sequence,ratio_low:0.9},{enabled:false}]"
    given = f"+train_infer_correction={{is_weight:{{enabled:true,weight_type:segment}},filters:{filters}}}"
    filtered = recipe(given, release="0.2.1").loss
    assert filtered.correction == Correction(
        (Filter("sequence", Bounds(0.9, 1.2), None), Filter("token", None, None)), "segment", 1.2
    )
    assert filtered.scale_by_step
    assert not recipe("+actor_train.apply_loss_scale=false", release="0.2.1").loss.scale_by_step
    assert not recipe().loss.scale_by_step


def deepspeed(settings: str, *overrides: str) -> dict[str, Any]:
    place = "actor_train.strategy_args.strategy_config"
    return deepspeed_config.complete(recipe(f"{place}={settings}", *overrides))


def test_batches_and_clipping_are_written_over() -> None:
    config = deepspeed("{zero_optimization:{stage:2}}", *TWO_RANKS, "+max_grad_norm=0.5")
    assert config == {
        "zero_optimization": {"stage": 2},
        "train_micro_batch_size_per_gpu": 16,
        "gradient_accumulation_steps": 2,
        "train_batch_size": 64,
        "gradient_clipping": 0.5,
    }


def test_auto_is_left_to_deepspeed() -> None:
    config = deepspeed(
        "{zero_optimization:{stage:3,reduce_bucket_size:auto,sub_group_size:1.0e+9,"
        "stage3_gather_16bit_weights_on_model_save:true,offload_optimizer:{device:cpu}}}",
    )
    zero = config["zero_optimization"]
    assert "reduce_bucket_size" not in zero
    assert zero["sub_group_size"] == 1_000_000_000
    assert isinstance(zero["sub_group_size"], int)
    assert deepspeed_config.stage(config) == 3
    assert deepspeed_config.offloads_optimizer(config)
    assert not deepspeed_config.offloads_optimizer(deepspeed("{zero_optimization:{stage:2}}"))


def test_where_a_run_writes(tmp_path: Path) -> None:
    assert recipe(f"output_dir={tmp_path}").folder == tmp_path / "tiny-cpu"
