"""What several rules ask about a group of workers: its devices, its engine's settings, the adapter it trains."""

from __future__ import annotations

from roll_schema.devices import InvalidDevices, OpaqueDevices, parse_devices
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Settings
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.rule import FactMissing

TRAINERS = ("actor_train", "sft_train", "student")
"""Roles that are trained."""

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


def settings_of(worker: WorkerConfig, *strategies: str) -> Settings | None:
    """The `strategy_config` of a worker on one of these strategies, empty where there is none; else None."""
    if worker.strategy_args is None or not runs_on(worker, *strategies):
        return None
    return worker.strategy_args.strategy_config or Settings()


def runs_on(worker: WorkerConfig, *strategies: str) -> bool:
    """Whether a worker names one of these strategies, whatever its settings."""
    return worker.strategy_args is not None and worker.strategy_args.strategy_name in strategies


def trained_by_peft(config: PPOConfig) -> bool:
    """Whether `actor_train` puts an adapter on modules of transformers, as DeepSpeed and FSDP2 do and Megatron not."""
    backend = config.actor_train.strategy_args
    on_transformers = backend is None or backend.strategy_name in ("deepspeed_train", "fsdp2_train")
    return on_transformers and config.actor_train.model_args.lora_target is not None


def trained_model(config: PPOConfig) -> str | None:
    """The model that `actor_train` loads: `pretrain` replaces all three paths as soon as one of them is missing."""
    paths = [role.model_args.model_name_or_path for role in (config.actor_train, config.actor_infer, config.reference)]
    return config.actor_train.model_args.model_name_or_path if all(paths) else config.pretrain
