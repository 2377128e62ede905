"""Former names of rules, which stay valid wherever a rule is named."""

from __future__ import annotations

RENAMED: dict[str, tuple[str, ...]] = {
    "accumulation-disagrees": ("accumulation-mismatch",),
    "block-size": ("unsupported-block-size",),
    "does-not-fit": ("gpu-memory-exceeded",),
    "environment-text-missing": ("missing-environment-key",),
    "fractional-async-ratio": ("float-async-ratio",),
    "fsdp2-precision": ("fp16-on-fsdp2", "unknown-fsdp2-precision"),
    "gpu-memory-utilization": ("gpu-memory-utilization-out-of-range",),
    "kl-without-effect": ("kl-term-without-coefficient", "unused-kl-setting"),
    "logging-board-without-logprobs": ("logging-board-without-recompute", "logging-board-without-slash"),
    "logits-transfer": ("unknown-logits-transfer",),
    "lora-embedding-refused-by-vllm": ("lora-on-embeddings",),
    "lora-expert-tensor-parallel": ("lora-checkpoint-format",),
    "lora-freezes-by-itself": ("freeze-prefix-with-lora",),
    "lora-on-frozen-fsdp2": ("lora-on-fsdp2-infer",),
    "offload-refused": ("ignored-offload", "invalid-offload"),
    "policy-loss-variant": ("unknown-policy-loss", "unused-policy-loss"),
    "quantization-override": ("quantization-override-refused",),
    "router-replay-roles": ("router-replay-mismatch",),
    "several-teachers-with-images": ("distillation-in-vision",),
    "sglang-parallelism": ("sglang-worker-size-mismatch", "sglang-pipeline-size-ignored", "sglang-grpc-refused"),
    "sglang-worker-size": ("sglang-worker-size-mismatch",),
    "too-large": ("too-many-values", "too-many-problems"),
    "uneven-device-mapping": ("uneven-workers", "zero-gpus-per-worker", "worker-size-not-a-number"),
    "uneven-model-parallel": ("parallel-size-not-a-number", "uneven-model-copies", "uneven-prompts"),
    "unusable-router": ("sglang-router-refused", "max-running-requests-ignored"),
}
"""The rules that each former name stands for; none of them says more than the former one did."""


def current(name: str) -> tuple[str, ...]:
    """The rules that a name stands for, or the name itself where it is of today."""
    return RENAMED.get(name, (name,))
