"""Former names of rules, which stay valid wherever a rule is named."""

from __future__ import annotations

RENAMED: dict[str, tuple[str, ...]] = {
    "accumulation-disagrees": ("accumulation-mismatch",),
    "additional-prompts": ("additional-prompts-ignored", "additional-prompts-missing"),
    "async-ratio": ("invalid-async-generation",),
    "auto-switches-off": ("unresolved-auto",),
    "beam-search-refused": ("beam-search-unsupported",),
    "block-size": ("unsupported-block-size",),
    "does-not-fit": ("gpu-memory-exceeded",),
    "environment-not-text": ("non-string-environment-variable",),
    "environment-text-missing": ("missing-environment-key",),
    "file-name-as-text": ("file-name-as-string",),
    "flash-attention-needs-half-precision": ("flash-attention-in-fp32",),
    "fractional-async-ratio": ("float-async-ratio",),
    "fsdp2-precision": ("fp16-on-fsdp2", "unknown-fsdp2-precision"),
    "gpu-memory-utilization": ("gpu-memory-utilization-out-of-range",),
    "interleave-probabilities": (
        "domain-without-reward",
        "reward-without-domain",
        "domain-without-prompts",
        "unnormalized-domain-shares",
    ),
    "kl-without-effect": ("kl-term-without-coefficient", "unused-kl-setting"),
    "logging-board-without-logprobs": ("logging-board-without-recompute", "logging-board-without-slash"),
    "logits-transfer": ("unknown-logits-transfer",),
    "lora-embedding-refused-by-vllm": ("lora-on-embeddings",),
    "lora-expert-tensor-parallel": ("lora-checkpoint-format",),
    "lora-freezes-by-itself": ("freeze-prefix-with-lora",),
    "lora-on-frozen-fsdp2": ("lora-on-fsdp2-infer",),
    "mixed-file-formats": ("mixed-data-formats", "non-json-data"),
    "never-synchronized": ("zero-update-frequency",),
    "null-breaks-load": ("unusable-null",),
    "null-not-allowed": ("invalid-null",),
    "offload-refused": ("ignored-offload", "invalid-offload"),
    "policy-loss-variant": ("unknown-policy-loss", "unused-policy-loss"),
    "quantization-override": ("quantization-override-refused",),
    "response-length-ignored": ("ignored-response-length",),
    "resume-refused": ("resume-without-path",),
    "rewritten-generation-length": ("overwritten-generating-args",),
    "rollout-engine": ("unsupported-rollout-engine",),
    "rollout-only": ("invalid-rollout-only",),
    "router-replay-mode": ("unsupported-router-replay-mode",),
    "router-replay-roles": ("router-replay-mismatch",),
    "sampling-range": ("invalid-sampling-setting",),
    "sequence-packing-refused": ("unsupported-sequence-packing",),
    "several-teachers-with-images": ("distillation-in-vision",),
    "sglang-parallelism": ("sglang-worker-size-mismatch", "sglang-pipeline-size-ignored", "sglang-grpc-refused"),
    "sglang-worker-size": ("sglang-worker-size-mismatch",),
    "too-large": ("too-many-values", "too-many-problems"),
    "truth-value-for-number": ("boolean-for-number",),
    "uneven-device-mapping": ("uneven-workers", "zero-gpus-per-worker", "worker-size-not-a-number"),
    "uneven-model-parallel": ("parallel-size-not-a-number", "uneven-model-copies", "uneven-prompts"),
    "unusable-router": ("sglang-router-refused", "max-running-requests-ignored"),
    "value-not-set": ("unset-value",),
    "zero-steps": ("zero-interval", "nonpositive-max-steps"),
}
"""The rules that each former name stands for; none of them says more than the former one did."""


def current(name: str) -> tuple[str, ...]:
    """The rules that a name stands for, or the name itself where it is of today."""
    return RENAMED.get(name, (name,))
