"""What several rules ask about a group of workers: its devices, its engine's settings, the adapter it trains."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, prod
from typing import TYPE_CHECKING, Any

from roll_schema.catalog.checkpoint import Checkpoint, checkpoint
from roll_schema.devices import InvalidDevices, OpaqueDevices, parse_devices
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Settings
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.rule import FactMissing

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.data_args import DataArguments

TRAINERS = ("actor_train", "sft_train", "student")
"""Roles that are trained."""

ACTORS = ("actor_train", "actor_infer", "reference")
"""Roles whose models `pretrain` replaces together."""

MEGATRON_SIZES = ("tensor_model_parallel_size", "pipeline_model_parallel_size", "context_parallel_size")
"""Sizes whose product is the GPUs of one copy of the model."""


def device_ids(worker: WorkerConfig) -> list[int] | None:
    """A worker's device ids; None where it has none or they are wrong, FactMissing where only `eval` can tell."""
    mapping = worker.device_mapping
    if not isinstance(mapping, str):
        return None
    try:
        return parse_devices(mapping)
    except InvalidDevices:
        return None
    except OpaqueDevices:
        raise FactMissing("device_mapping") from None


def device_set(worker: WorkerConfig) -> set[int]:
    """A worker's device ids without order; empty where `device_ids` finds none."""
    return set(device_ids(worker) or ())


def settings_of(worker: WorkerConfig, *strategies: str) -> Settings | None:
    """The `strategy_config` of a worker on one of these strategies, empty where there is none; else None."""
    if worker.strategy_args is None or not runs_on(worker, *strategies):
        return None
    return worker.strategy_args.strategy_config or Settings()


def runs_on(worker: WorkerConfig, *strategies: str) -> bool:
    """Whether a worker names one of these strategies, whatever its settings."""
    return worker.strategy_args is not None and worker.strategy_args.strategy_name in strategies


def zero_settings(worker: WorkerConfig, *strategies: str) -> dict[str, Any] | None:
    """The `zero_optimization` of a worker on one of these DeepSpeed strategies; None where there is no mapping."""
    settings = settings_of(worker, *strategies)
    zero = settings.get("zero_optimization") if settings else None
    return zero if isinstance(zero, dict) else None


def whole(settings: Settings, *keys: str) -> list[int] | None:
    """Sizes of a `strategy_config`, 1 where it names none; None where one of them is no positive integer."""
    sizes = [settings.get(key, 1) for key in keys]
    fine = all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in sizes)
    return sizes if fine else None


def whole_size(settings: Settings | None, key: str) -> int | None:
    """One such size; None, too, where there are no settings."""
    sizes = whole(settings, key) if settings is not None else None
    return sizes[0] if sizes else None


def gpus_per_worker(worker: WorkerConfig) -> int | None:
    """GPUs of each worker as ROLL sets them in `WorkerConfig.__post_init__`; None where the sizes are wrong."""
    settings = settings_of(worker, "vllm")
    if settings is not None:
        sizes = whole(settings, "tensor_parallel_size", "pipeline_parallel_size")
        return prod(sizes) if sizes else None
    if runs_on(worker, "sglang", "hf_infer"):
        return worker.num_gpus_per_worker if (worker.num_gpus_per_worker or 0) > 0 else None
    return 1


def model_parallel_size(worker: WorkerConfig) -> int | None:
    """GPUs of one copy of the model in training or in a forward pass: Megatron's three sizes, or Ulysses'."""
    settings = settings_of(worker, "megatron_train", "megatron_infer")
    if settings is not None:
        sizes = whole(settings, *MEGATRON_SIZES)
        return prod(sizes) if sizes else None
    # Settings that could not be resolved say nothing of the rest either, and raise Unresolved.
    if settings_of(worker, "deepspeed_train", "deepspeed_infer", "fsdp2_train", "fsdp2_infer") is not None:
        size = worker.model_args.ulysses_size or 1
        return size if size > 0 else None
    return gpus_per_worker(worker)


def data_parallel_size(worker: WorkerConfig) -> int | None:
    """Shares that a batch is split into; None where it is not known, or the devices are no multiple of a copy's."""
    devices, strategy = device_ids(worker), worker.strategy_args
    copy = model_parallel_size(worker) if strategy is not None else None
    return len(devices) // copy if devices and copy and len(devices) % copy == 0 else None


def uses_reference(config: PPOConfig) -> bool:
    """Whether a reference's log-probabilities are asked for (constraint of ROLL from 0.1.3)."""
    return bool(config.enable_reference or config.use_kl_loss or config.init_kl_coef > 0)


def has_reference(config: PPOConfig) -> bool:
    """Whether a reference of its own is built: with LoRA, the trainer without its adapter stands in."""
    return uses_reference(config) and config.actor_train.model_args.lora_target is None


def step_size(worker: WorkerConfig) -> int:
    """Samples per optimizer step, of all ranks; 0 where it is not known."""
    training = worker.training_args
    ranks = data_parallel_size(worker) or 0
    return ranks * training.per_device_train_batch_size * training.gradient_accumulation_steps


def sample_length(config: BaseConfig) -> int:
    """Tokens of the longest sample, prompt and answer; 0 where the config names no length."""
    return config.sequence_length or (config.prompt_length or 0) + (config.response_length or 0)


def environment_setting(environment: object, key: str) -> Any:
    """A setting of one of `custom_envs`, which are free-form; None where there is none."""
    return environment.get(key) if isinstance(environment, dict) else None


def workers_of(config: object) -> Iterator[tuple[str, WorkerConfig]]:
    """Every group of workers that a config holds, by its path."""
    for name, value in vars(config).items():
        if isinstance(value, WorkerConfig):
            yield name, value
        elif isinstance(value, dict):
            yield from ((f"{name}.{key}", item) for key, item in value.items() if isinstance(item, WorkerConfig))


def prompts_per_domain(shares: dict[str, float], prompts: int) -> dict[str, int]:
    """The prompts of a step by domain: each share rounded down, and for the last domain what is left."""
    if not all(isfinite(share) for share in shares.values()):
        return {}
    taken = {domain: int(share * prompts) for domain, share in shares.items()}
    last = list(shares)[-1]
    return {**taken, last: prompts - sum(taken.values()) + taken[last]}


def data_files_of(role: str, arguments: DataArguments) -> Iterator[tuple[str, str]]:
    """The data files that a section names, with their places."""
    names = arguments.file_name
    if isinstance(names, str):
        yield f"{role}.data_args.file_name", names
    elif isinstance(names, list):
        yield from (
            (f"{role}.data_args.file_name[{at}]", name) for at, name in enumerate(names) if isinstance(name, str)
        )


def data_files(config: BaseConfig) -> Iterator[tuple[str, str]]:
    """Every data file that a config names, with its place."""
    for role, worker in workers_of(config):
        if worker.data_args is not None:
            yield from data_files_of(role, worker.data_args)


def trained_by_peft(config: PPOConfig) -> bool:
    """Whether `actor_train` puts an adapter on modules of transformers, as DeepSpeed and FSDP2 do and Megatron not."""
    backend = config.actor_train.strategy_args
    on_transformers = backend is None or backend.strategy_name in ("deepspeed_train", "fsdp2_train")
    return on_transformers and config.actor_train.model_args.lora_target is not None


def model_of(config: BaseConfig, name: str) -> str | None:
    """The model of a group of workers: `pretrain` replaces the actors' paths as soon as one of them is missing.

    None for the critic and for `reward`, whose paths ROLL decides otherwise, and where two paths compete.
    """
    groups = dict(workers_of(config))
    paths = {role: groups[role].model_args.model_name_or_path for role in ACTORS if role in groups}
    pretrain: str | None = getattr(config, "pretrain", None)
    if name in paths:
        return paths[name] if all(paths.values()) else pretrain
    if name == "sft_train":
        return pretrain
    if name in ("critic", "reward") or name not in groups:
        return None
    named = {groups[name].model_args.model_name_or_path, getattr(config, f"{name}_pretrain", None)} - {None}
    return named.pop() if len(named) == 1 else None


def model_checkpoint(config: BaseConfig, name: str) -> tuple[str, Checkpoint]:
    """The model of a group of workers and what is known of it; raises FactMissing where either is not known."""
    model = model_of(config, name)
    known = checkpoint(model) if model else None
    if model is None or known is None:
        raise FactMissing("model")
    return model, known


def model_modules(config: BaseConfig, name: str) -> tuple[str, Checkpoint]:
    """The same for a model whose modules are known as well; raises FactMissing."""
    model, known = model_checkpoint(config, name)
    if not known.architectures:
        raise FactMissing("model")
    return model, known


def model_size(config: BaseConfig, name: str, size: str) -> tuple[str, int]:
    """The model of a group of workers and one of its sizes; raises FactMissing where either is not known."""
    model, known = model_checkpoint(config, name)
    if size not in known.sizes:
        raise FactMissing("model")
    return model, known.sizes[size]


def divisors(number: int) -> list[int]:
    """Every size that divides a number."""
    return [size for size in range(1, number + 1) if number % size == 0]
