"""Who sits on which device: every role that a pipeline builds, its GPUs, its model, and a summary of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.checkpoint import Checkpoint, checkpoint
from roll_schema.facts.missing import FactMissing
from roll_schema.models.agentic_config import EnvManagerConfig
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Unresolved, fields_of, known
from roll_schema.planning import workers
from roll_schema.planning.memory.common import Weights
from roll_schema.planning.memory.weights import weights_of
from roll_schema.planning.phases import phases_of

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.roles import Roles
    from roll_schema.models.worker_config import WorkerConfig


@dataclass(frozen=True, slots=True)
class Role:
    """A group of workers; `devices` in the order of `device_mapping`, `processes` counts those without a GPU."""

    name: str
    strategy: str
    devices: tuple[int, ...]
    per_worker: int
    processes: int
    summary: str
    phases: tuple[str, ...]
    model: str | None = None
    weights: Weights | None = None
    worker_of: dict[int, int] = field(default_factory=dict)
    """The number of the worker that has a device, for each device."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The roles of a config; `workers` are their settings by role, `unknown` is what was missing for what."""

    roles: tuple[Role, ...]
    workers: dict[str, WorkerConfig]
    unknown: tuple[str, ...]


def place(config: BaseConfig, pipeline: str, sections: Roles) -> Placement:
    """The roles that a pipeline builds of a config, called by the `sections` that play the parts."""
    placer = _Placer(config, pipeline, sections)
    roles = tuple(placer.roles())
    return Placement(roles, placer.workers, tuple(placer.unknown))


class _Placer:
    def __init__(self, config: BaseConfig, pipeline: str, sections: Roles) -> None:
        self.config, self.pipeline, self.sections = config, pipeline, sections
        self.workers: dict[str, WorkerConfig] = {}
        self.unknown: list[str] = []

    def roles(self) -> Iterator[Role]:
        for part, worker in known(workers.workers_of(self.config)):
            try:
                role = self.role(part, worker) if self.is_built(part) else None
            except (Unresolved, FactMissing) as missing:
                self.unknown.append(f"{self.sections.written(part)}: not placed, for want of {missing}")
                continue
            if role is not None and (role.devices or role.processes):
                yield role
        for name, manager in known(fields_of(self.config, "train_env_manager", "val_env_manager")):
            try:
                if isinstance(manager, EnvManagerConfig):
                    yield _environments(name, manager)
            except Unresolved as missing:
                self.unknown.append(f"{name}: not counted, for want of {missing}")

    def is_built(self, part: str) -> bool:
        """Whether a section comes to life; `validation` only lends its settings."""
        config = self.config
        if part == "validation" or part.startswith("student_"):
            return False
        if isinstance(config, PPOConfig):
            if part == "critic":
                return config.adv_estimator == "gae"
            if part == "reference":
                return workers.has_reference(config)
            if part == "actor_train":
                return self.pipeline not in ("rlvr_rollout", "agentic_rollout")
            if part == "reward" or part.startswith("teacher"):
                worker = workers.worker_at(config, part)
                return worker is not None and bool(worker.device_mapping)
        return True

    def role(self, part: str, worker: WorkerConfig) -> Role:
        name = self.sections.written(part)
        devices = tuple(workers.device_ids(worker) or ()) if worker.device_mapping else ()
        size = (workers.gpus_per_worker(worker) or 1) if devices else 1
        strategy = worker.strategy_args.strategy_name if worker.strategy_args is not None else ""
        self.workers[name] = worker
        model = self.model(part, worker)
        known = checkpoint(model) if model else None
        phases = phases_of(self.config, part)
        weights = self.weights(name, worker, known, trains="train" in phases) if devices else None
        processes = 0 if devices else worker.world_size or 0
        summary = _on_gpus(worker, strategy, len(devices) // size, size, weights) if devices else _on_cpus(processes)
        numbers = {device: place // size for place, device in reversed(list(enumerate(devices)))}
        shown = model if devices else None  # rewards by rule name a model and load none
        return Role(name, strategy, devices, size, processes, summary, phases, shown, weights, numbers)

    def model(self, part: str, worker: WorkerConfig) -> str | None:
        """The model that a role loads."""
        if part == "critic":
            return worker.model_args.model_name_or_path or getattr(self.config, "reward_pretrain", None)
        return workers.model_of(self.config, part)

    def weights(self, name: str, worker: WorkerConfig, known: Checkpoint | None, *, trains: bool) -> Weights | None:
        try:
            return weights_of(worker, known, trains=trains)
        except (FactMissing, Unresolved):
            self.unknown.append(f"{name}: no memory, since its model's sizes are not known")
            return None


def _environments(name: str, manager: EnvManagerConfig) -> Role:
    count = (manager.num_env_groups or 0) * (manager.group_size or 1)
    groups = f"{manager.num_env_groups} group{'s' * (manager.num_env_groups != 1)}"
    summary = f"{groups} × {manager.group_size} = {count} environment{'s' * (count != 1)}"
    return Role(name, "", (), 1, count, summary, ("rollout",))


def _on_cpus(processes: int) -> str:
    return f"{processes} process{'es' * (processes != 1)} on CPUs"


def _on_gpus(worker: WorkerConfig, strategy: str, count: int, size: int, weights: Weights | None) -> str:
    """A role in a few words: its engines, or its parallel sizes and what it trains."""
    if workers.runs_on(worker, "vllm", "sglang", "hf_infer"):
        return f"{strategy}, {count} engine{'s' * (count != 1)} × {size} GPU{'s' * (size != 1)}"
    parts = [strategy]
    zero = workers.zero_settings(worker, "deepspeed_train", "deepspeed_infer")
    if zero is not None:
        parts.append(f"ZeRO-{zero.get('stage', 0)}")
    settings = workers.settings_of(worker, "megatron_train", "megatron_infer")
    for short, key in (
        ("tp", "tensor_model_parallel_size"),
        ("pp", "pipeline_model_parallel_size"),
        ("cp", "context_parallel_size"),
        ("ep", "expert_model_parallel_size"),
    ):
        if settings is not None and settings.get(key, 1) != 1:
            parts.append(f"{short} {settings.get(key)}")
    ranks = workers.data_parallel_size(worker)
    if ranks:
        parts.append(f"{ranks} data-parallel rank{'s' * (ranks != 1)}")
    return ", ".join([*parts, *_trained(weights)])


def _trained(weights: Weights | None) -> Iterator[str]:
    if weights is not None and weights.tuned is None:
        yield f"trains part of {weights.total:,} parameters"
    elif weights is not None and weights.trained:
        share = f"{weights.trained:,} of {weights.total:,} parameters ({100 * weights.trained / weights.total:.2g}%)"
        everything = f"all {weights.total:,} parameters"
        yield f"LoRA trains {share}" if weights.adapter else "trains " + (share if weights.frozen else everything)
