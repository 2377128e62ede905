"""What roll-run's own engine covers, as data; the rules of the group `run` refuse the rest."""

from __future__ import annotations

PIPELINES = ("rlvr",)
TRAINING = ("deepspeed_train", "fsdp2_train")
GENERATION = ("vllm", "hf_infer")
ESTIMATORS = ("reinforce", "grpo")
TEMPLATES = ("native", "qwen2_5", "qwen3", "chatml", "empty")
DATA = (".json", ".jsonl")

_COMPARED = "compared with results of ROLL's own functions"
_BY_SOURCE = "its source compared with that of ROLL {}, which was " + _COMPARED

ARITHMETIC = {
    "0.1.1": _BY_SOURCE.format("0.1.3"),
    "0.1.3": _COMPARED,
    "0.2.0": _BY_SOURCE.format("0.2.1"),
    "0.2.1": _COMPARED,
    "0.3.0": _COMPARED,
}
"""Releases of ROLL whose advantages, loss and gradients roll-run computes, with the ground on which it knows them."""

TRACKERS = ("tensorboard", "wandb", "swanlab", "mlflow", "stdout")
"""Where roll-run sends metrics; ROLL has no `mlflow`."""

FSDP2_DTYPES = {"fp32": "fp32", "float32": "fp32", "float": "fp32", "bf16": "bf16", "bfloat16": "bf16"}
"""The names of precisions for FSDP2, and the one that roll-run has for the same."""

FSDP2_SETTINGS: dict[str, tuple[object, ...] | None] = {
    "fsdp_size": None,
    "param_dtype": tuple(sorted(FSDP2_DTYPES)),
    "reduce_dtype": tuple(FSDP2_DTYPES),
    "reshard_after_forward": None,
    "offload_policy": None,
    "reduce_scatter_during_grad_accumulation": None,
    "wrap_policy.transformer_layer_cls_to_wrap": None,
    "wrap_policy.wrap_embeddings": None,
    "wrap_policy.wrap_lm_output": None,
    "async_save_ckpt": (False,),
    "save_only_model": (False,),
    "ep_size": (1,),
    "moe_use_grouped_mm": (False,),
    "apply_expert_patch": (False,),
    "apply_tiled_mlp": (False,),
}
"""Settings of `fsdp2_train` that roll-run goes by, with the values that it takes (None: all)."""

FSDP2_WITHOUT_EFFECT = {
    "efsdp_size": "ep_size",
    "wrap_policy.moe_experts": "ep_size or apply_expert_patch",
    "tiled_num_shards": "apply_tiled_mlp",
    "model_type": "apply_tiled_mlp",
}
"""Settings of `fsdp2_train` that take effect, also in ROLL, only with others, which roll-run refuses."""

OF_ROLL_ALONE = (
    "fp16-on-fsdp2",
    "lora-rollout-engine",
    "no-gather-on-save",
    "unknown-fsdp2-precision",
    "unsupported-rollout-engine",
    "zero-stage-refused",
)
"""Rules on what ROLL cannot do and roll-run can."""

REWARDS = {
    "MathRuleRewardWorker": "math_rule.score",
    "MultipleChoiceBoxedRuleRewardWorker": "choices.boxed",
    "CrossThinkQARuleRewardWorker": "choices.graded",
    "GeneralValRuleRewardWorker": "choices.named",
    "GeneralRuleRewardWorker": "instructions.score",
    "CodeSandboxRewardWorker": "program.passes",
}
"""ROLL's worker classes by their last name, and the function of `roll_runtime.rewards` that scores in their place."""

EXECUTING = ("CodeSandboxRewardWorker",)
"""Those of them that run what the model wrote."""
