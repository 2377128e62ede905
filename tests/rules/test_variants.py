"""What rules find that their manuals do not show: other releases, pipelines and places."""

from __future__ import annotations

from textwrap import dedent

import pytest

from roll_schema.facts.catalog.gpus import Cluster
from tests.support import lint_text

MEGATRON = "strategy_args: {strategy_name: megatron_train, strategy_config: {}}"
TRAJECTORIES = "roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager"

FOUND = [
    ("rewritten-value", "0.2.0", "rlvr", "actor_infer: {max_concurrency: 5, strategy_args: {strategy_name: vllm}}", 1),
    ("rewritten-value", "0.2.0", "rlvr", "adv_estimator: gigpo\nenable_old_logprobs_recompute: false", 2),
    ("rewritten-value", "0.3.0", "agentic", "pretrain: a\ntrain_env_manager:\n  model_args: {model_name_or_path: b}", 3),
    ("rewritten-value", "0.3.0", "agentic", "val_env_manager:\n  generating_args: {num_return_sequences: 4}", 2),
    (
        *("rewritten-strategy-key", "0.3.0", "rlvr"),
        "actor_infer:\n  model_args: {lora_target: q_proj}\n"
        "  strategy_args: {strategy_name: vllm, strategy_config: {max_loras: 4}}",
        3,
    ),
    ("rewritten-strategy-key", "0.3.0", "rlvr", "actor_train:\n  strategy_args:\n    strategy_name: fsdp2_train\n"
     "    strategy_config: {ep_size: 4, apply_expert_patch: true}", 4),
    ("zero-steps", "0.2.1", "dpo", "save_steps: 0", 1),
    ("zero-steps", "0.3.0", "agentic", "save_steps: 0", 1),
    ("interleave-probabilities", "0.2.1", "rlvr", "rollout_batch_size: 64\nrewards: {a: {}, b: {}}\nactor_train:\n"
     "  data_args: {domain_interleave_probs: {a: 0.004, b: 0.996}}", 4),
    ("quantization-override", "0.2.1", "rlvr", "actor_infer:\n  strategy_args:\n    strategy_name: vllm\n"
     "    strategy_config: {hf_overrides: {quantization_config: {quant_method: awq}}}", 4),
    ("missing-key", "0.1.1", "rlvr", "validation: {generating_args: {}}", 1),
    ("missing-key", "0.2.0", "agentic", "pretrain: a\nresponse_length: 8\nreward: {}", 3),
    ("file-name-as-text", "0.2.0", "distill", "student: {data_args: {file_name: a.json}}", 1),
    ("replaced-model-path", "0.2.0", "sft", "pretrain: a\nsft_train: {model_args: {model_name_or_path: b}}", 2),
    ("replaced-model-path", "0.2.0", "dpo", "pretrain: a\nreference: {model_args: {model_name_or_path: b}}", 2),
    ("unknown-worker-class", "0.2.1", "agentic", "val_env_manager: {group_filter_cls: GroupFilter}", 1),
    ("unknown-worker-class", "0.2.1", "agentic", "val_env_manager: {group_filter_cls: roll.a.GroupFilter}", 1),
    (
        *("async-on-shared-devices", "0.1.3", "agentic"),
        'async_generation_ratio: 1\nactor_train: {device_mapping: "[0]"}\nactor_infer: {device_mapping: "[0]"}',
        3,
    ),
    ("uneven-heads", "0.2.1", "rlvr", "pretrain: Qwen/Qwen2.5-7B\nactor_train:\n  model_args: {ulysses_size: 7}\n"
     "  strategy_args: {strategy_name: fsdp2_train}", 3),
    ("model-not-in-megatron", "0.2.0", "sft", f"pretrain: Qwen/Qwen3.5-35B-A3B\nsft_train: {{{MEGATRON}}}", 2),
    ("tag-without-teacher", "0.3.0", "agentic", "use_opd: true\nteacher: {tag_included: [a], device_mapping: \"[0]\"}\n"
     "train_env_manager: {tags: [a, b]}", 3),
    ("environment-text-missing", "0.2.0", "agentic", f"custom_envs:\n  A: {{env_manager_cls: {TRAJECTORIES}}}\n"
     "train_env_manager: {tags: [A]}", 2),
    ("mixed-file-formats", "0.2.1", "sft", "sft_train: {data_args: {file_name: data/code.parquet}}", 1),
    ("local-checkpoint-deleted", "0.2.1", "rlvr", "checkpoint_config: {output_dir: a}", 1),
    ("diffusion-strategy-mismatch", "0.2.1", "reward_fl", "actor_train: {strategy_args: {strategy_name: deepspeed_train}}",
     1),
    ("lora-tied-embeddings", "0.2.1", "sft", "pretrain: Qwen/Qwen3-4B\nsft_train:\n"
     "  model_args: {lora_target: q_proj, additional_target: lm_head}", 3),
    ("wrong-type", "0.3.0", "rlvr", "is_pure_opd: true\nteacher:\n  math: {model_args: {lora_rank: x}}", 3),
]  # fmt: skip

SILENT = [
    ("rewritten-value", "0.2.1", "agentic", "actor_infer: {generating_args: {num_return_sequences: {a: 1}}}"),
    ("rewritten-value", "0.2.0", "rlvr", "actor_infer: {max_concurrency: 2000, strategy_args: {strategy_name: vllm}}"),
    ("zero-steps", "0.2.1", "agentic_rollout", "save_steps: 0"),
    ("replaced-sampling-settings", "0.2.1", "agentic", "actor_infer: {generating_args: {stop_strings: [a]}}\n"
     "train_env_manager: {generating_args: {stop_strings: [a]}}"),
    ("zero-steps", "0.2.1", "sft", "save_steps: 10"),
    ("quantization-override", "0.2.1", "rlvr", "actor_infer: {strategy_args: {strategy_name: vllm, strategy_config: "
     "{hf_overrides: {quantization_config: {quant_method: fp8}}}}}"),
    ("file-name-as-text", "0.2.0", "rlvr", "actor_train: {data_args: {file_name: a.json}}"),
    ("replaced-model-path", "0.2.0", "distill", "student: {model_args: {model_name_or_path: b}}"),
    ("unknown-worker-class", "0.2.1", "rlvr", "user_defined_rollout_loop_cls: my.own.Loop"),
    ("uneven-heads", "0.2.1", "rlvr", "pretrain: Qwen/Qwen2.5-3B\nactor_train: {model_args: {ulysses_size: 8}}"),
    ("quantized-model-trained", "0.2.1", "rlvr", "pretrain: /data/int8/Qwen3-4B"),
    ("vocabularies-differ", "0.2.0", "distill", "student_pretrain: Qwen/Qwen2.5-0.5B\nteacher_pretrain: Qwen/Qwen2.5-7B"),
    ("model-not-in-megatron", "0.2.1", "sft", f"pretrain: Qwen/Qwen3.5-35B-A3B\nsft_train: {{{MEGATRON}}}"),
    ("lora-resumed-on-megatron", "0.1.3", "rlvr", f"resume_from_checkpoint: a\nactor_train: {{{MEGATRON}}}"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "release", "pipeline", "text", "line"), FOUND)
def test_found(rule: str, release: str, pipeline: str, text: str, line: int) -> None:
    result = lint_text(text + "\n", release=release, pipeline=pipeline)
    assert line in {item.span.first.line for item in result.diagnostics if item.rule == rule}


@pytest.mark.parametrize(("rule", "release", "pipeline", "text"), SILENT)
def test_silent(rule: str, release: str, pipeline: str, text: str) -> None:
    result = lint_text(text + "\n", release=release, pipeline=pipeline)
    assert [item for item in result.diagnostics if item.rule == rule] == []


def test_gpus_per_node_are_those_of_the_cluster() -> None:
    text = dedent(
        """
        num_gpus_per_node: 4
        num_nodes: 1
        actor_train: {device_mapping: "list(range(0,8))"}
        """
    )
    result = lint_text(text, release="0.1.3", cluster=Cluster(nodes=1, gpus_per_node=8))
    assert [item.path for item in result.diagnostics if item.rule == "rewritten-value"] == ["num_gpus_per_node"]
