"""`model_args`: which model a role loads, and the LoRA adapter on it."""

from typing import Literal

from roll_schema.models.section import DEFAULT, Float, FreeForm, Int, Section


class LoraArguments(Section):
    """The LoRA adapter; `lora_target` switches it on."""

    additional_target: str | None = DEFAULT
    """Modules trained in full and saved beside the adapter, such as `embed_tokens,lm_head`: one string, separated by
    commas. vLLM refuses adapters that contain such modules.
    """

    lora_alpha: Int | None = DEFAULT
    """Scale of the adapter: its output is multiplied by `lora_alpha` / `lora_rank`. 0, null or left out becomes twice
    `lora_rank`.
    """

    lora_dropout: Float | None = DEFAULT
    """Share of the adapter's inputs, 0 to 1, that is dropped at random in training. Above 0 it makes log-probabilities
    in training differ from those of the rollout.
    """

    lora_rank: Int | None = DEFAULT
    """Rank of the adapter; higher has more parameters to train. Keep it the same on `actor_train` and `actor_infer`,
    where vLLM takes only 8, 16, 32, 64, 128, 256, 320 or 512; null stops the run at load.
    """

    lora_target: str = DEFAULT
    """Modules that get an adapter, as one string: names separated by commas (`q_proj,k_proj,v_proj,o_proj`), or a
    regular expression if it contains `*`, `$`, `|` or `(`. Setting it switches LoRA on, which RLVR in ROLL 0.1.3 trains
    with `deepspeed_train` only; set the same on `actor_infer`. Neither `all` nor `all-linear` is a keyword.
    """

    autocast_adapter_dtype: bool = DEFAULT
    """Keeps the adapter's weights in fp32 where the model's are in a half precision."""


class ModelArguments(LoraArguments):
    """The model, its precision and how it is loaded."""

    model_name_or_path: str = DEFAULT
    """Directory or hub id of the model. Set it on all of `actor_train`, `actor_infer` and `reference` or on none: where
    one lacks it, `pretrain` replaces all three.
    """

    adapter_name_or_path: str | None = DEFAULT
    """Nothing in ROLL reads it: training cannot start from a saved adapter this way."""

    attn_implementation: Literal["sdpa", "fa2", "auto"] | None = DEFAULT
    """Attention kernels: PyTorch's `sdpa`, or FlashAttention 2 (`fa2`), which needs `dtype` `bf16` or `fp16`; `auto`
    and null leave it to the model. The key `flash_attn` is ignored without a message.
    """

    moe_aux_loss_coef: Float | None = DEFAULT
    """Weight of the router's load-balancing loss in mixture-of-experts models; higher spreads tokens more evenly over
    the experts.
    """

    disable_gradient_checkpointing: bool | None = DEFAULT
    """Keeps activations in memory instead of computing them again in the backward pass: faster, with much more memory.
    LoRA with ZeRO-3 wants `true`; Megatron ignores it and goes by `recompute_granularity`.
    """

    device_map: str | None = DEFAULT
    """How transformers places the model on a worker's GPUs, such as `balanced` or `cuda:0`. vLLM and SGLang place
    models by themselves.
    """

    dtype: Literal["fp32", "bf16", "fp16"] | None = DEFAULT
    """Precision of the weights; `fp32` takes twice the memory of the others. It sets `training_args.bf16` and
    `training_args.fp16` and is what the rollout engines load; null stops the run at load.
    """

    model_type: (
        Literal["auto_sequence_classification", "auto_token_classification", "trl", "diffusion_module"] | None
    ) = DEFAULT
    """Head of the model; null is a plain language model, which the actor roles and `reference` want. `critic` needs
    `trl` or `auto_token_classification`, reward models may be any of the first three; `diffusion_module` belongs to the
    diffusion pipeline.
    """

    num_labels: Int | None = DEFAULT
    """Outputs of the head with `model_type` `auto_sequence_classification` or `auto_token_classification`."""

    model_config_kwargs: FreeForm = DEFAULT
    """Entries set on the model's own configuration, over those of its `config.json`."""

    freeze_module_prefix: str | None = DEFAULT
    """Prefixes of the names of parameters that are not trained, such as `vision_model`: one string, separated by
    commas. Ignored where `lora_target` is set.
    """

    ulysses_size: Int | None = DEFAULT
    """GPUs that share the sequence of each sample (Ulysses), with the DeepSpeed strategies. It must divide the number
    of workers, the attention heads and the sequence length, and divides the data-parallel size.
    """

    gradient_checkpointing_use_reentrant: bool | None = DEFAULT
    """Kind of gradient checkpointing; left out, the reentrant one for mixture-of-experts models, the other for dense
    ones.
    """
