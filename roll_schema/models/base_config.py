"""Keys that every pipeline has: the run, its lengths and batches, logging, checkpoints, the cluster."""

from roll_schema.models.schedule_args import RolloutMockConfig, RouterArguments, TransferBackendArguments
from roll_schema.models.section import DEFAULT, Float, FreeForm, Int, Section


class BaseConfig(Section):
    """What every pipeline's config starts from."""

    exp_name: str = DEFAULT
    """Name of the run. ROLL appends it to `logging_dir`, to TensorBoard's log directory and to the profiler
    directories; left out, it is taken from the start script's file name.
    """

    seed: Int = DEFAULT
    """Random seed of the run. It overwrites `training_args.seed` of every role except the workers under `rewards`."""

    rpc_timeout: Int = DEFAULT
    """Seconds that the driver waits for its workers, for example for one step's rollouts, before it gives up. Raise it
    where steps with long answers take longer than that.
    """

    output_dir: str = DEFAULT
    """Directory on the training nodes for checkpoints, with a folder per worker and saved step. It overwrites
    `training_args.output_dir` of `actor_train`, `actor_infer` and `critic`; with `checkpoint_config`, the copy here is
    deleted after the upload.
    """

    base_dir: str = DEFAULT
    """Nothing in ROLL reads it; checkpoints go to `output_dir`."""

    logging_dir: str = DEFAULT
    """Directory for log files; ROLL appends `exp_name` to it."""

    rollout_dump_dir: str = DEFAULT
    """Directory for one JSON Lines file per step with its prompts, answers and scores; left out, none is written. It
    must be an absolute path: with a relative one ROLL writes nothing and does not say so.
    """

    track_with: str = DEFAULT
    """Where metrics go: `tensorboard`, `wandb`, `swanlab` or `stdout`. Any other name stops the run at start."""

    tracker_kwargs: FreeForm = DEFAULT
    """Settings handed to the tracker: `log_dir` for `tensorboard`, to which ROLL appends `exp_name` and a timestamp;
    `project`, `api_key` and the like for `wandb` and `swanlab`. Write keys as `${oc.env:NAME}` rather than into the
    file.
    """

    max_steps: Int = DEFAULT
    """Pipeline steps to run, each of them a rollout, its scoring and the training on it; must be above 0. The
    learning-rate schedule spans all of them.
    """

    save_steps: Int = DEFAULT
    """Steps between two checkpoints. 0 ends the first step with a division by zero."""

    logging_steps: Int = DEFAULT
    """Steps between two prints of metrics and sample answers into the log; the tracker gets every step. 0 ends the
    first step with a division by zero.
    """

    eval_steps: Int = DEFAULT
    """Steps between two validations, the first one at step 0; needs `validation`. Lower shows progress more often and
    costs one generation over the whole validation set each time; 0 is a division by zero.
    """

    rollout_batch_size: Int = DEFAULT
    """Prompts per step; each gets `num_return_sequences_in_group` samples. On Megatron it must itself be a multiple of
    the data-parallel size of `actor_train`; prompts x group must be a multiple of data-parallel size x
    `per_device_train_batch_size` x `gradient_accumulation_steps`, which shows only after the first rollout.
    """

    max_running_requests: Int = DEFAULT
    """Requests that each worker of `actor_infer` serves at the same time. Higher keeps the engine busier and needs more
    memory for its KV cache.
    """

    val_batch_size: Int = DEFAULT
    """Prompts per validation batch, for pipelines that validate in batches. The text RLVR pipeline generates for the
    whole validation set at once, whatever the value.
    """

    local_rank: Int = DEFAULT
    """Rank of a process on its node, as distributed launchers know it. ROLL's workers take theirs from the `LOCAL_RANK`
    environment variable, so there is no need to set it.
    """

    resume_from_checkpoint: bool | str = DEFAULT
    """Path of the checkpoint to go on from; `false` starts afresh. `true` does not find the latest one: ROLL 0.1.3
    treats it as if it were a path and fails at start.
    """

    checkpoint_config: FreeForm | None = DEFAULT
    """Where checkpoints are uploaded: `type: file_system` together with `output_dir`, to which ROLL appends a
    timestamp. Once anything is set here, the local copy under the top-level `output_dir` is deleted after the upload;
    null stops the run at load.
    """

    prompt_length: Int | None = DEFAULT
    """Longest prompt in tokens, and the length that prompts are padded to. Rows with a longer prompt, or one of at most
    5 tokens, are dropped without a message, from the validation set too; null stops the run at load.
    """

    response_length: Int | None = DEFAULT
    """Longest answer in tokens: `sequence_length` becomes `prompt_length` + `response_length`. Ignored without a
    message where `sequence_length` is set; one of the two is required.
    """

    sequence_length: Int | None = DEFAULT
    """Longest prompt and answer together, in tokens; wins over `response_length`. `max_new_tokens` of `actor_infer` is
    rewritten to `sequence_length` - `prompt_length`; the engine's `max_model_len` is not derived from it and must be at
    least as large.
    """

    val_prompt_length: Int | None = DEFAULT
    """Like `prompt_length`, for validation; set it together with `val_sequence_length` or leave both out to use the
    training lengths. It only bounds the answer: validation rows are filtered by `prompt_length` all the same.
    """

    val_sequence_length: Int | None = DEFAULT
    """Like `sequence_length`, for validation: `max_new_tokens` of `validation` is rewritten to `val_sequence_length` -
    `val_prompt_length`. Needs `val_prompt_length`.
    """

    alive_check_interval: Int = DEFAULT
    """Seconds between two checks that the inference workers are still alive."""

    profiler_timeline: bool = DEFAULT
    """Records a timeline of the workers' work under `profiler_output_dir`. Together with `profiler_memory` it stops the
    run at load.
    """

    profiler_memory: bool = DEFAULT
    """Records the workers' memory use under `profiler_output_dir`. Together with `profiler_timeline` it stops the run
    at load.
    """

    report_length_and_rewards: bool = DEFAULT
    """Writes the lengths and rewards of the prompts, epoch by epoch, to `length_profiler_dir`."""

    length_profiler_dir: str = DEFAULT
    """Directory for what `report_length_and_rewards` writes; ROLL appends `exp_name` and a timestamp."""

    profiler_output_dir: str = DEFAULT
    """Directory for what the profilers write; ROLL appends `exp_name` and a timestamp."""

    system_envs: FreeForm = DEFAULT
    """Environment variables for the driver process; names and values must be strings, so quote numbers (`'1'`). From
    ROLL 0.2.0 `actor_train`, `actor_infer`, `reference` and `critic` get them too; a role's own `system_envs` sets them
    for its workers.
    """

    num_nodes: Int = DEFAULT
    """Machines in the cluster. ROLL recomputes it from the highest GPU id in any `device_mapping`, so the value counts
    only where no role has GPUs.
    """

    num_gpus_per_node: Int = DEFAULT
    """GPUs per machine. ROLL 0.1.3 overwrites it with the number of GPUs that the driver's machine has: a driver
    without GPUs ends in a division by zero, one with another number than the workers shifts every node boundary.
    """

    model_download_type: str | None = DEFAULT
    """Hub that model ids are downloaded from, `HUGGINGFACE_HUB` or `MODELSCOPE`; left out, ROLL 0.1.3 goes to
    ModelScope. Local directories are not affected.
    """

    async_generation_ratio: Float = DEFAULT
    """How far generation runs ahead of training, in rollout batches; 0 alternates the two, and RLVR takes nothing
    between 0 and 1. Higher hides more generation time and trains on older samples; it needs `generate_opt_level: 1`,
    and GPUs that `actor_infer` shares with no other role.
    """

    generate_opt_level: Int = DEFAULT
    """How rollouts are sent to the engine: `1` as single requests that a scheduler hands out, `0` as one batch per
    worker. Asynchronous generation (`async_generation_ratio` above 0) needs `1`.
    """

    is_num_return_sequences_expand: bool = DEFAULT
    """Sends each sample of a prompt as a request of its own instead of one request for the whole group. Asynchronous
    generation switches it on by itself where `num_return_sequences_in_group` is above 1.
    """

    is_use_additional_prompts: bool = DEFAULT
    """Keeps prompts beyond `rollout_batch_size` in generation, so that replacements are ready when
    `query_filter_config` drops some. Without such a filter it only wastes generation.
    """

    max_additional_running_prompts: Int = DEFAULT
    """Additional prompts in generation at the same time; read only with `is_use_additional_prompts`. Higher replaces
    dropped prompts sooner and throws more generation away.
    """

    user_defined_rollout_loop_cls: str = DEFAULT
    """Dotted path of a class that decides how a prompt is rolled out; imported only when the workers start."""

    router_args: RouterArguments = DEFAULT
    """How requests are spread over the engines of `actor_infer`."""

    max_ckpt_to_keep: Int = DEFAULT
    """Checkpoints that are kept, the oldest deleted first; 0 keeps all. Checkpoints of earlier runs in the same
    `output_dir` count and are deleted too, uploaded copies are not.
    """

    model_update_buffer_size_mb: Int = DEFAULT
    """MiB of weights that are sent from `actor_train` to `actor_infer` at a time; more is faster and takes more memory.
    """

    rollout_mock: RolloutMockConfig | None = DEFAULT
    """Records rollouts, or plays recorded ones back, to debug training without an engine."""

    is_offload_states: bool = DEFAULT
    """Moves a trainer's weights and optimizer off the GPUs between its turns. Only DPO and distillation read it."""

    is_offload_optimizer_states_in_train_step: bool = DEFAULT
    """Moves the optimizer off the GPUs within a training step. Only DPO and distillation read it."""

    otlp_output_dir: str = DEFAULT
    """Directory for traces in OpenTelemetry's format."""

    transfer_backend: TransferBackendArguments | None = DEFAULT
    """How data travels between workers; left out, through Ray."""
