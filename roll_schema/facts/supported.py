"""What roll-run's own engine covers, as data; the rules of the group `run` refuse the rest."""

from __future__ import annotations

PIPELINES = ("rlvr",)
TRAINING = ("deepspeed_train",)
GENERATION = ("vllm", "hf_infer")
ESTIMATORS = ("reinforce", "grpo")
TEMPLATES = ("native", "qwen2_5", "qwen3", "chatml", "empty")
DATA = (".json", ".jsonl")

TRACKERS = ("tensorboard", "wandb", "swanlab", "mlflow", "stdout")
"""Where roll-run sends metrics; ROLL has no `mlflow`."""

OF_ROLL_ALONE = ("lora-rollout-engine",)
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
