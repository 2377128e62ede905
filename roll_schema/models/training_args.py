"""`training_args`: optimizer, learning-rate schedule and batch of a role that trains."""

from roll_schema.models.section import DEFAULT, Float, Int, Section


class TrainingArguments(Section):
    """How a role trains; on Megatron, equal keys in `strategy_config` win over these."""

    output_dir: str = DEFAULT
    """ROLL overwrites it with the top-level `output_dir` on `actor_train`, `actor_infer` and `critic`."""

    max_steps: Int = DEFAULT
    """ROLL overwrites it with the number of optimizer steps that follows from the top-level `max_steps` and the batch
    sizes.
    """

    num_train_epochs: Float = DEFAULT
    """Passes over the data, for pipelines that count them. RLVR goes by the top-level `max_steps` instead."""

    learning_rate: Float = DEFAULT
    """Highest learning rate of the schedule. LoRA wants a higher one than training all parameters: ROLL's examples have
    1e-5 against 1e-6.
    """

    lr_scheduler_type: str = DEFAULT
    """Course of the learning rate after the warm-up. Megatron knows `constant`, `constant_with_warmup`, `cosine`,
    `cosine_with_min_lr`, `linear`, `inverse_sqrt` and `WSD`; another name stops its workers when they start.
    """

    weight_decay: Float = DEFAULT
    """Strength of the pull of weights towards 0 in each optimizer step."""

    adam_beta1: Float = DEFAULT
    """Adam's decay for the running mean of gradients, 0 to 1; higher averages over more steps."""

    adam_beta2: Float = DEFAULT
    """Adam's decay for the running mean of squared gradients, 0 to 1; higher averages over more steps."""

    per_device_train_batch_size: Int = DEFAULT
    """Samples per data-parallel rank in one forward and backward pass; higher is faster and takes more memory. Times
    `gradient_accumulation_steps` and data-parallel size it is the batch of an optimizer step, which must divide prompts
    x group. DPO of ROLL 0.2.1 and later doubles it, for both answers of a pair.
    """

    gradient_accumulation_steps: Int = DEFAULT
    """Micro-batches per optimizer step. Higher makes the batch of an optimizer step larger without more memory, and
    leaves fewer optimizer steps per rollout.
    """

    seed: Int = DEFAULT
    """ROLL overwrites it with the top-level `seed`, except on the workers under `rewards`."""

    data_seed: Int | None = DEFAULT
    """Nothing in ROLL reads it."""

    dataloader_num_workers: Int = DEFAULT
    """Processes of a data loader that read ahead; 0 reads in the training process itself."""

    fp16: bool = DEFAULT
    """Trains in fp16; ROLL sets it from `model_args.dtype`."""

    bf16: bool = DEFAULT
    """Trains in bf16; ROLL sets it from `model_args.dtype`."""

    tf32: bool | None = DEFAULT
    """Nothing in ROLL reads it."""

    warmup_ratio: Float = DEFAULT
    """Share of the optimizer steps, 0 to 1, in which the learning rate climbs to `learning_rate`. Ignored where
    `warmup_steps` is above 0.
    """

    warmup_steps: Int = DEFAULT
    """Optimizer steps, not pipeline steps, in which the learning rate climbs to `learning_rate`; wins over
    `warmup_ratio`.
    """

    save_hf_model: bool = DEFAULT
    """Saves Megatron checkpoints in Hugging Face's format, too."""
