"""A group of workers: `actor_train`, `actor_infer`, `critic`, `reference`, `validation`, each of `rewards`."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Discriminator, Tag

from roll_schema.models.data_args import DataArguments
from roll_schema.models.generating_args import GeneratingArguments
from roll_schema.models.model_args import ModelArguments
from roll_schema.models.router_replay import RouterReplayConfig
from roll_schema.models.section import DEFAULT, Float, FreeForm, Int, Item, Named, Section
from roll_schema.models.sequence_packing import SequencePackingConfig
from roll_schema.models.strategy_args import StrategyArguments
from roll_schema.models.training_args import TrainingArguments


class WorkerFields(Section):
    """What is declared for every group of workers."""

    name: str = DEFAULT
    """Name of the group of workers. ROLL overwrites it for `actor_train`, `actor_infer`, `critic` and `reference`."""

    worker_cls: str | None = DEFAULT
    """Dotted path of the worker class, imported only when the group is created. Required under `rewards`; other roles
    have a class of their own where it is left out.
    """

    pg_variant: str | None = DEFAULT
    """Policy loss: `vanilla`, `ppo`, `tis`, `topr`, `cispo` or `kimi15`. Read on `actor_train` and only by `worker_cls:
    roll.pipeline.rlvr.actor_pg_worker.ActorPGWorker`, whose first step fails without it; the usual worker ignores it,
    and so does the top level.
    """

    model_args: ModelArguments = DEFAULT
    """The model, its precision and its LoRA adapter."""

    training_args: TrainingArguments = DEFAULT
    """Learning rate, schedule and batch of the roles that train."""

    data_args: DataArguments = DEFAULT
    """Data files and chat template; required on `actor_train`, and on `validation` for its rows."""

    generating_args: GeneratingArguments = DEFAULT
    """Sampling settings; required on `actor_infer` and `validation`."""

    strategy_args: StrategyArguments = DEFAULT
    """Backend that runs the model, with its settings. Rule-based rewards need none."""

    world_size: Int = DEFAULT
    """Number of workers of a group without GPUs; required where `device_mapping` is left out. With `device_mapping`
    ROLL computes it as GPUs / GPUs per worker and discards the value.
    """

    device_mapping: list[Int] | str = DEFAULT
    """GPUs of the group, as a string with a Python expression such as `list(range(0,8))`; ids count through all nodes,
    and left out means CPU only. ROLL evaluates the string, so a YAML list fails at load; the number of GPUs must be a
    multiple of the GPUs per worker.
    """

    num_gpus_per_worker: Int = DEFAULT
    """GPUs of each worker. It counts on `sglang` and `hf_infer` only: ROLL replaces it by tensor x pipeline parallel
    size on `vllm`, and by 1 on every other strategy.
    """

    model_update_frequency: Int = DEFAULT
    """Steps between two transfers of the weights from `actor_train` to `actor_infer`; read on `actor_train`. Higher
    saves time and generates with older weights; 0 is a division by zero at the first transfer.
    """

    model_update_method: Literal["nccl", "rpc"] = DEFAULT
    """Nothing in ROLL reads it."""

    infer_batch_size: Int = DEFAULT
    """Samples per forward pass where nothing is trained, such as log-probabilities; higher is faster and takes more
    memory. No effect on `vllm` and `sglang`; DPO of ROLL 0.2.1 and later doubles it, for both answers of a pair.
    """

    backend_timeout: Int = DEFAULT
    """Minutes that a collective operation between the group's processes may take before it fails."""

    system_envs: FreeForm = DEFAULT
    """Environment variables of the group's workers; names and values must be strings, so quote numbers (`'1'`).
    `CUDA_VISIBLE_DEVICES` does not belong here: the GPU ids of `device_mapping` would no longer fit.
    """

    topr_positive_weight: Float = DEFAULT
    """Weight of positive samples in the loss of `pg_variant: topr`."""

    topr_negative_weight: Float = DEFAULT
    """Weight of negative samples in the loss of `pg_variant: topr`; lower pushes less hard away from bad answers."""

    use_remove_padding: bool = DEFAULT
    """Cuts off the padding that all samples of a micro-batch have at their end, to save time and memory; samples are
    not packed together. Megatron needs `variable_seq_lengths` or a pipeline parallel size of 1 for it.
    """

    use_dynamic_batching_in_train: bool = DEFAULT
    """Forms training micro-batches by number of tokens from samples of similar length, to save padding. For
    `megatron_train` only; needs `max_tokens_per_microbatch_in_train`.
    """

    max_tokens_per_microbatch_in_train: Int = DEFAULT
    """Most tokens in a training micro-batch, padding included; higher is faster and takes more memory. Required with
    `use_dynamic_batching_in_train` and at least `sequence_length`: at 0 the first step fails after its rollout.
    """

    sequence_length_round_in_train: Int = DEFAULT
    """With dynamic batching, sample lengths are rounded up to a multiple of so many tokens. It must be a multiple of
    tensor x context parallel size, or the first step fails.
    """

    use_dynamic_batching_in_infer: bool = DEFAULT
    """Like `use_dynamic_batching_in_train`, for forward passes without training such as log-probabilities. For Megatron
    only; needs `max_tokens_per_microbatch_in_infer`.
    """

    max_tokens_per_microbatch_in_infer: Int = DEFAULT
    """Most tokens in a micro-batch without training; can usually be higher than the one for training. Required with
    `use_dynamic_batching_in_infer`: without it the first step fails, and an explicit null is refused at load.
    """

    sequence_length_round_in_infer: Int = DEFAULT
    """Like `sequence_length_round_in_train`, for `use_dynamic_batching_in_infer`."""

    offload_nccl: bool = DEFAULT
    """Gives the GPU memory of NCCL's communication buffers back while the group is idle."""

    use_sequence_packing: bool = DEFAULT
    """Packs several samples into one sequence, to save padding. RLVR in ROLL 0.1.3 refuses `true` at load; use dynamic
    batching.
    """

    max_concurrency: Int = DEFAULT
    """Calls that a worker serves at the same time; above 1 for asynchronous worker classes only. ROLL raises it on
    `actor_infer` to at least 1000.
    """

    sequence_packing_args: SequencePackingConfig = DEFAULT
    """How `use_sequence_packing` packs."""

    logits_in_fp32: bool = DEFAULT
    """Turns logits into fp32 before the loss: more exact, with more memory. The default is `true` in ROLL 0.2.x and
    `false` from 0.3.0.
    """

    apply_loss_scale: bool = DEFAULT
    """Scales the loss so that micro-batches of different lengths weigh as their tokens do."""

    router_replay: RouterReplayConfig = DEFAULT
    """Trains mixture-of-experts models with the experts that the rollout chose."""

    mtp_training_mode: Literal["disabled", "standalone", "joint"] | None = DEFAULT
    """Trains the model's multi-token prediction layers: by themselves (`standalone`, for reinforcement learning) or
    with the rest (`joint`, for fine-tuning). Takes effect only with `mtp_num_layers` in Megatron's `strategy_config`.
    """

    opd_kl_coef: Float | None = DEFAULT
    """Weight of this teacher's signal; read on `teacher`, where left out is 1."""

    tag_included: list[Item[str]] = DEFAULT
    """Tags of the rows that this teacher is for; empty is all. Read on `teacher`."""


class WorkerConfig(WorkerFields):
    """One role: its model, data and backend, the GPUs it runs on, and how it splits its batches."""


def teachers(worker: type[WorkerConfig]) -> Any:
    """One section, or several by name."""
    named, one = Annotated[dict[str, Item[worker]], Tag("<named>")], Annotated[worker, Tag("<one>")]  # type: ignore[valid-type]
    return Annotated[named | one, Discriminator(lambda value: "<named>" if isinstance(value, Named) else "<one>")]


if TYPE_CHECKING:
    Teachers = dict[str, WorkerConfig] | WorkerConfig
else:
    Teachers = teachers(WorkerConfig)
