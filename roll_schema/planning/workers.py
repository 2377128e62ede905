"""What several rules ask about a group of workers: its devices, its engine's settings, the adapter it trains."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from roll_schema.facts.catalog.checkpoint import Checkpoint, checkpoint
from roll_schema.facts.devices import InvalidDevices, OpaqueDevices, UnplacedDevices, parse_devices
from roll_schema.facts.missing import FactMissing
from roll_schema.models.each import each
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Section, Settings, fields_of, known
from roll_schema.models.validation import section_types
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.source.path import last_key
from roll_schema.source.tree import UNKNOWN

if TYPE_CHECKING:
    from roll_schema.facts.releases import Release
    from roll_schema.models.base_config import BaseConfig

T = TypeVar("T")

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


def device_count(worker: WorkerConfig) -> int | None:
    """The entries of a `device_mapping`, as ROLL counts them at load whatever they are; else like `device_ids`."""
    mapping = worker.device_mapping
    if not isinstance(mapping, str):
        return None
    try:
        return len(parse_devices(mapping))
    except UnplacedDevices as unplaced:
        return unplaced.count
    except InvalidDevices:
        return None
    except OpaqueDevices:
        raise FactMissing("device_mapping") from None


def has_gpus(worker: WorkerConfig) -> bool:
    """Whether a `device_mapping` lists GPUs; also where only `eval` can tell, or it is wrong."""
    try:
        return worker.device_mapping is not None and device_count(worker) != 0
    except FactMissing:
        return True


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


def worker_sizes(worker: WorkerConfig) -> dict[str, Any]:
    """The sizes, as written, whose product ROLL divides the GPUs of a group by at load, by path.

    Empty on strategies for which ROLL replaces the size by 1.
    """
    settings = settings_of(worker, "vllm")
    if settings is not None:
        place = "strategy_args.strategy_config"
        return {f"{place}.{key}": settings.get(key, 1) for key in ("tensor_parallel_size", "pipeline_parallel_size")}
    size = worker.num_gpus_per_worker
    as_written = worker.strategy_args is None or runs_on(worker, "sglang", "hf_infer")
    return {"num_gpus_per_worker": size} if as_written or size <= 1 else {}


def unquoted_size(size: object) -> int:
    """The positive integer that a quoted size holds; else 1, the default."""
    return max(int(size), 1) if isinstance(size, str) and size.isdecimal() else 1


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


class Copies(NamedTuple):
    """Copies of a model on GPUs, as ROLL counts them while it loads a config; each takes the product of the sizes."""

    gpus: int
    sizes: dict[str, float]

    @property
    def gpus_each(self) -> float:
        return prod(self.sizes.values())

    @property
    def counted(self) -> dict[str, str]:
        """What is counted, by path: the devices and each size."""
        return {"actor_train.device_mapping": f"{self.gpus} GPUs"} | dict.fromkeys(self.sizes, "this size")

    def __str__(self) -> str:
        names = (last_key(path).partition("_")[0] for path in self.sizes)
        return " × ".join(f"{size:g} {name}" for name, size in zip(names, self.sizes.values(), strict=True))


def megatron_sizes(config: BaseConfig) -> dict[str, Any]:
    """The sizes, as written, by which ROLL divides the GPUs of a trainer on Megatron at load, by path; else empty."""
    trainer = worker_at(config, "actor_train")
    strategy = trainer.strategy_args if trainer is not None else None
    if strategy is None or "megatron" not in strategy.strategy_name or strategy.strategy_config is None:
        return {}
    place = "actor_train.strategy_args.strategy_config"
    return {f"{place}.{key}": strategy.strategy_config.get(key, 1) for key in MEGATRON_SIZES}


def trainer_copies(config: BaseConfig) -> Copies | None:
    """The copies on the GPUs of `actor_train`; None where ROLL counts none, or cannot with such sizes."""
    sizes, trainer = megatron_sizes(config), worker_at(config, "actor_train")
    if trainer is None or not sizes or not all(isinstance(size, (int, float)) for size in sizes.values()):
        return None
    gpus = device_count(trainer)
    return Copies(gpus, sizes) if gpus is not None and prod(sizes.values()) else None


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


def counts_optimizer_steps(config: PPOConfig, release: Release) -> bool:
    """Whether ROLL divides a step's samples by ranks and batch at load, to see if a rank makes several updates."""
    if config.force_disable_old_logprobs_recompute or release.matches("<0.1.3"):
        return False
    return release.matches("<0.2.0") or config.adv_estimator not in ("step_reinforce", "gigpo")


def ranks_counted(worker: WorkerConfig) -> bool:
    """Whether those ranks follow from the GPUs; on other strategies ROLL takes one for granted."""
    return runs_on(worker, "megatron_train", "deepspeed_train", "fsdp2_train", "fsdp2_infer")


def sample_length(config: BaseConfig) -> int:
    """Tokens of the longest sample, prompt and answer; 0 where the config names no length."""
    return config.sequence_length or (config.prompt_length or 0) + (config.response_length or 0)


def longer_samples(config: BaseConfig, divisor: int) -> str:
    """Advice that makes the tokens of the longest sample divisible."""
    key = "sequence_length" if config.sequence_length else "response_length"
    return f"set `{key}: {(getattr(config, key) or 0) + -sample_length(config) % divisor}`"


def environment_setting(environment: object, key: str) -> Any:
    """A setting of one of `custom_envs`, which are free-form; None where there is none."""
    return environment.get(key) if isinstance(environment, dict) else None


def workers_of(config: Section) -> Iterator[tuple[str, WorkerConfig]]:
    """Every group of workers that a config holds, by its path; Unresolved is raised in the place of an unknown one."""
    return _groups(config).items()


def worker_at(config: Section, path: str) -> WorkerConfig | None:
    """A group of workers by its path; None where there is none. Raises Unresolved if it is unknown."""
    found: WorkerConfig | None = _groups(config).get(path)
    return found


def _groups(config: Section) -> Settings:
    groups = Settings()
    for name, nested in section_types(type(config)).items():
        value = vars(config).get(name, UNKNOWN)
        if value is None or not issubclass(nested.model, WorkerConfig):
            continue
        if isinstance(value, dict):
            groups |= {f"{name}.{key}": item for key, item in dict.items(value)}
        else:
            groups[name] = value
    return groups


def prompts_per_domain(shares: dict[str, float], prompts: int) -> dict[str, int]:
    """The prompts of a step by domain: each share rounded down, and for the last domain what is left."""
    if not all(isfinite(share) for share in shares.values()):
        return {}
    taken = {domain: int(share * prompts) for domain, share in shares.items()}
    last = list(shares)[-1]
    return {**taken, last: prompts - sum(taken.values()) + taken[last]}


def data_files_of(role: str, worker: WorkerConfig) -> Iterator[tuple[str, str]]:
    """The data files of a group of workers, by their places; Unresolved is raised in the place of an unknown one."""
    names = worker.data_args.file_name if worker.data_args is not None else None
    place = f"{role}.data_args.file_name"
    return items_of(place, names) if isinstance(names, list) else iter([(place, names)] if names is not None else [])


def data_format(name: str) -> str | None:
    """The reader that the extension of a data file asks for; None where it asks for none."""
    return _DATA_FORMATS.get(name.rpartition(".")[2].lower())


_DATA_FORMATS = {"json": "json", "jsonl": "json", "parquet": "parquet", "csv": "csv", "arrow": "arrow", "txt": "text"}


def reads_only_json(pipeline: str, release: Release) -> bool:
    """Whether a pipeline gives every data file to the reader of JSON, whatever its extension."""
    return pipeline in ("dpo", "sft", "distill", "rlvr_rollout") or reads_only_lists(pipeline, release)


def reads_only_lists(pipeline: str, release: Release) -> bool:
    """Whether RLVR takes a string as `file_name` of its training data for a list of characters."""
    return pipeline == "rlvr" and release.name in ("0.1.0", "0.1.3")


def data_files(config: BaseConfig) -> Iterator[tuple[str, str]]:
    """Every data file of a config that is known, by its place."""
    return each(workers_of(config), lambda role, worker: known(data_files_of(role, worker)))


def items_of(place: str, items: list[T]) -> Iterator[tuple[str, T]]:
    """The items of a list by their places; Unresolved is raised in the place of an unknown one."""
    return Settings({f"{place}[{at}]": item for at, item in enumerate(list.__iter__(items))}).items()


def trained_by_peft(config: PPOConfig) -> bool:
    """Whether `actor_train` puts an adapter on modules of transformers, as DeepSpeed and FSDP2 do and Megatron not."""
    backend = config.actor_train.strategy_args
    on_transformers = backend is None or backend.strategy_name in ("deepspeed_train", "fsdp2_train")
    return on_transformers and config.actor_train.model_args.lora_target is not None


def model_of(config: BaseConfig, name: str) -> str | None:
    """The model of a group of workers: `pretrain` replaces the actors' paths as soon as one of them is missing.

    None for the critic and for `reward`, whose paths ROLL decides otherwise, and where two paths compete.
    """
    if name == "sft_train":
        return getattr(config, "pretrain", None)
    if name in ("critic", "reward") or (worker := worker_at(config, name)) is None:
        return None
    own = worker.model_args.model_name_or_path
    if name not in ACTORS:
        named = {own, getattr(config, f"{name}_pretrain", None)} - {None}
        return named.pop() if len(named) == 1 else None
    pretrain: str | None = getattr(config, "pretrain", None)
    if not own or own == pretrain:
        return pretrain
    actors = (actor for _, actor in fields_of(config, *ACTORS) if actor is not None)
    return own if all(actor.model_args.model_name_or_path for actor in actors) else pretrain


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
