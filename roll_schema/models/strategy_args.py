"""`strategy_args`: the backend that runs a role's model."""

from typing import Literal

from roll_schema.models.section import DEFAULT, FreeForm, Section


class StrategyArguments(Section):
    """Which backend, and its settings."""

    strategy_name: Literal[
        "deepspeed_train",
        "hf_infer",
        "deepspeed_infer",
        "vllm",
        "sglang",
        "megatron_infer",
        "megatron_train",
        "mock_infer",
        "diffusion_deepspeed_train",
        "fsdp2_train",
        "fsdp2_infer",
    ] = DEFAULT
    """Backend. For training `megatron_train`, and `deepspeed_train` (through ROLL 0.2.1; up to 0.1.3 the one for LoRA)
    or `fsdp2_train` (from 0.2.0); for generating `vllm`, `sglang` or, up to 0.1.3, `hf_infer`; for `reference`
    `megatron_infer`, `hf_infer`, `deepspeed_infer` (ZeRO stage 3 only) or `fsdp2_infer`. `diffusion_deepspeed_train`
    belongs to the diffusion pipeline.
    """

    strategy_config: FreeForm | None = DEFAULT
    """The backend's own settings: DeepSpeed's config, or arguments of Megatron, vLLM or SGLang. A key that one of these
    three does not know stops its workers after they were started, DeepSpeed ignores most of them and `hf_infer` all;
    null stops the run on `vllm` and Megatron.
    """
