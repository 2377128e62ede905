"""What a config makes of a cluster: which role sits on which GPU, in which phases it works, and what it holds there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from roll_schema.facts.catalog.checkpoint import Checkpoint, checkpoint
from roll_schema.facts.catalog.gpus import Gpu
from roll_schema.facts.missing import FactMissing
from roll_schema.facts.releases import Release
from roll_schema.models.agentic_config import AgenticConfig, EnvManagerConfig
from roll_schema.models.dpo_config import DPOConfig
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.models.roles import USUAL, Roles
from roll_schema.models.section import Section, Unresolved, known
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.planning import memory, workers
from roll_schema.planning.memory import Amount, KvCache, Weights

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig

PHASES = ("sync", "rollout", "reward", "reference", "log-probs", "train")
"""The phases of a step in their order; a role is loaded for its phases and leaves the GPU behind each."""

TITLES = {
    "sync": "weights to the engines",
    "rollout": "answers",
    "reward": "rewards",
    "reference": "frozen model's view",
    "log-probs": "log-probabilities",
    "train": "optimizer steps",
}

MOST_PER_NODE = 1024
"""No machine has more GPUs; a larger number is a mistake, which is not drawn out."""

WORKS_IN = {
    "actor_train": ("sync", "log-probs", "train"),
    "actor_infer": ("sync", "rollout"),
    "critic": ("log-probs", "train"),
    "reference": ("reference",),
    "teacher": ("reference",),
    "sft_train": ("train",),
    "student": ("train",),
}
"""The phases that a role has work in; what is not here gives rewards."""


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
class Holding:
    """What a role holds on each GPU of a group in a phase; not `complete` where some of it is not known."""

    role: str
    works: bool
    amounts: tuple[Amount, ...]
    complete: bool

    @property
    def bytes(self) -> int:
        return sum(amount.bytes for amount in self.amounts if not amount.host)

    @property
    def certain_bytes(self) -> int:
        return sum(amount.bytes for amount in self.amounts if self.counts(amount))

    def counts(self, amount: Amount) -> bool:
        """Whether an amount is there in any case: no bound, and no cache at work, which takes what is left."""
        takes_what_is_left = amount.what == "KV cache" and self.works
        return not (amount.host or amount.bound or takes_what_is_left)


@dataclass(frozen=True, slots=True)
class DeviceGroup:
    """GPUs with the same roles on them, and what these hold in each phase."""

    devices: tuple[int, ...]
    roles: tuple[str, ...]
    phases: dict[str, tuple[Holding, ...]]

    def bytes(self, phase: str) -> int:
        return sum(holding.bytes for holding in self.phases[phase])

    def certain_bytes(self, phase: str) -> int:
        return sum(holding.certain_bytes for holding in self.phases[phase])

    def known(self, phase: str) -> bool:
        return all(holding.complete for holding in self.phases[phase])


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a config; `arithmetic` are sentences on samples and steps, `unknown` what was missing for what."""

    name: str
    release: str
    pipeline: str
    gpu: Gpu | None
    gpus_per_node: int
    roles: tuple[Role, ...]
    phases: tuple[str, ...]
    groups: tuple[DeviceGroup, ...]
    arithmetic: tuple[str, ...]
    caches: dict[str, KvCache]
    unknown: tuple[str, ...]

    def verdict(self, group: DeviceGroup, phase: str) -> str:
        """Whether the GPU's memory suffices; empty where it does, or where the GPU is not known."""
        if self.gpu is None or group.bytes(phase) <= self.gpu.memory:
            return ""
        return "does not fit" if group.certain_bytes(phase) > self.gpu.memory else "may not fit"

    @property
    def nodes(self) -> int:
        last = max((device for role in self.roles for device in role.devices), default=-1)
        return last // self.gpus_per_node + 1

    @property
    def weighs(self) -> bool:
        """Whether anything is known of what the roles hold."""
        held = (holding for group in self.groups for holdings in group.phases.values() for holding in holdings)
        return any(holding.amounts for holding in held)

    def role(self, name: str) -> Role:
        return next(role for role in self.roles if role.name == name)


def make(
    config: Section,
    name: str,
    release: Release,
    pipeline: str,
    gpu: Gpu | None,
    gpus_per_node: int | None,
    sections: Roles = USUAL,
) -> Plan:
    """The plan of a validated config; what cannot be told is left open and named in `unknown`.

    The plan's roles are called by the `sections` that play the parts.
    """
    maker = _Maker(config, release, pipeline, gpu, sections)
    roles = tuple(maker.roles())
    worked = {phase for role in roles for phase in role.phases}
    phases = tuple(phase for phase in PHASES if phase in worked)
    groups = tuple(maker.groups(roles, phases))
    told = gpus_per_node or _told(config, "num_gpus_per_node") or 0
    per_node = min(told, MOST_PER_NODE) if told > 0 else 8
    return Plan(
        name,
        release.name,
        pipeline,
        gpu,
        per_node,
        roles,
        phases,
        groups,
        tuple(maker.arithmetic()),
        maker.caches,
        tuple(dict.fromkeys(maker.unknown)),
    )


def _told(config: Section, name: str) -> Any:
    """A value of the config; None where it is not known."""
    try:
        return getattr(config, name, None)
    except Unresolved:
        return None


class _Maker:
    def __init__(self, config: Section, release: Release, pipeline: str, gpu: Gpu | None, sections: Roles) -> None:
        self.config: BaseConfig = config  # type: ignore[assignment]
        self.release, self.pipeline, self.gpu, self.sections = release, pipeline, gpu, sections
        self.workers: dict[str, WorkerConfig] = {}
        self.caches: dict[str, KvCache] = {}
        self.unknown: list[str] = []

    def roles(self) -> Iterator[Role]:
        """Every group of workers that the pipeline builds."""
        for part, worker in known(workers.workers_of(self.config)):
            try:
                role = self.role(part, worker) if self.is_built(part) else None
            except (Unresolved, FactMissing) as missing:
                self.unknown.append(f"{self.sections.written(part)}: not placed, for want of {missing}")
                continue
            if role is not None and (role.devices or role.processes):
                yield role
        for name in ("train_env_manager", "val_env_manager"):
            manager = _told(self.config, name)
            if isinstance(self.config, AgenticConfig) and isinstance(manager, EnvManagerConfig):
                try:
                    yield self.environments(name, manager)
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
        phases = WORKS_IN.get(part.partition(".")[0], ("reward",))
        if part == "actor_train" and not isinstance(self.config, PPOConfig):
            phases = ("train",)  # without rollouts there is nobody to send weights to, and no older policy
        weights = self.weights(name, worker, known, trains="train" in phases) if devices else None
        processes = 0 if devices else worker.world_size or 0
        summary = self.summary(worker, strategy, devices, size, processes, weights)
        numbers = {device: place // size for place, device in reversed(list(enumerate(devices)))}
        shown = model if devices else None  # rewards by rule name a model and load none
        return Role(name, strategy, devices, size, processes, summary, phases, shown, weights, numbers)

    def environments(self, name: str, manager: EnvManagerConfig) -> Role:
        count = (manager.num_env_groups or 0) * (manager.group_size or 1)
        groups = f"{manager.num_env_groups} group{'s' * (manager.num_env_groups != 1)}"
        summary = f"{groups} × {manager.group_size} = {count} environment{'s' * (count != 1)}"
        return Role(name, "", (), 1, count, summary, ("rollout",))

    def model(self, part: str, worker: WorkerConfig) -> str | None:
        """The model that a role loads."""
        if part == "critic":
            return worker.model_args.model_name_or_path or getattr(self.config, "reward_pretrain", None)
        return workers.model_of(self.config, part)

    def weights(self, name: str, worker: WorkerConfig, known: Checkpoint | None, *, trains: bool) -> Weights | None:
        try:
            return memory.weights_of(worker, known, trains=trains)
        except (FactMissing, Unresolved):
            self.unknown.append(f"{name}: no memory, since its model's sizes are not known")
            return None

    def summary(
        self,
        worker: WorkerConfig,
        strategy: str,
        devices: tuple[int, ...],
        size: int,
        processes: int,
        weights: Weights | None,
    ) -> str:
        """A role in a few words."""
        if not devices:
            return f"{processes} process{'es' * (processes != 1)} on CPUs"
        if workers.runs_on(worker, "vllm", "sglang", "hf_infer"):
            count = len(devices) // size
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
        if weights is not None and weights.tuned is None:
            parts.append(f"trains part of {weights.total:,} parameters")
        elif weights is not None and weights.trained:
            share = (
                f"{weights.trained:,} of {weights.total:,} parameters ({100 * weights.trained / weights.total:.2g}%)"
            )
            everything = f"all {weights.total:,} parameters"
            what = f"LoRA trains {share}" if weights.adapter else "trains " + (share if weights.frozen else everything)
            parts.append(what)
        return ", ".join(parts)

    def groups(self, roles: tuple[Role, ...], phases: tuple[str, ...]) -> Iterator[DeviceGroup]:
        """GPUs by the roles that sit on them."""
        found: dict[tuple[str, ...], list[int]] = {}
        for device in sorted({device for role in roles for device in role.devices}):
            found.setdefault(tuple(role.name for role in roles if device in role.worker_of), []).append(device)
        holdings = {(role.name, phase): self.holding(role, phase) for role in roles if role.devices for phase in phases}
        for names, devices in found.items():
            held = {phase: tuple(holdings[name, phase] for name in names) for phase in phases}
            yield DeviceGroup(tuple(devices), names, held)

    def holding(self, role: Role, phase: str) -> Holding:
        works = phase in role.phases or (role.name == self.sections.infer and self.is_async())
        amounts: list[Amount] = []
        complete = True
        try:
            for amount in self.amounts(role, phase, works=works):
                amounts.append(amount)
        except (FactMissing, Unresolved) as missing:
            complete = False
            if str(missing) == "gpu":
                self.unknown.append("what engines hold depends on the GPU: name it with --gpu")
            elif role.weights is not None:
                self.unknown.append(f"{role.name}: not all of its memory, for want of {missing}")
        return Holding(role.name, works, tuple(amounts), complete)

    def is_async(self) -> bool:
        return bool(_told(self.config, "async_generation_ratio"))

    def amounts(self, role: Role, phase: str, *, works: bool) -> Iterator[Amount]:
        """What a role holds, as far as it is known before FactMissing is raised."""
        worker = self.workers[role.name]
        is_engine = workers.runs_on(worker, "vllm", "sglang")
        if not works and not (is_engine and self.stays(role)):
            return
        weights = role.weights
        if weights is None:
            raise FactMissing("model")
        if is_engine:
            yield from self.engine(role, worker, weights, only_weights=phase == "sync" and not self.stays(role))
        elif phase == "train":
            yield from memory.training(self.config, worker, weights, self.release)
        elif phase == "sync":
            held = ("weights", "trained weights", "adapter")  # which come first
            rows = memory.training(self.config, worker, weights, self.release)
            yield from takewhile(lambda row: row.what in held, rows)
        else:
            yield from memory.forward(self.config, worker, weights)

    def engine(self, role: Role, worker: WorkerConfig, weights: Weights, *, only_weights: bool) -> Iterator[Amount]:
        if self.gpu is None:
            raise FactMissing("gpu")
        rows, cache = memory.engine(self.config, worker, weights, self.gpu)
        if cache is not None:
            self.caches[role.name] = cache
        yield from (row for row in rows if not only_weights or row.what in ("weights", "adapter slots"))

    def stays(self, role: Role) -> bool:
        """Whether nobody takes an engine off its GPUs, by the conditions in ROLL's `vllm_strategy.py`."""
        if role.name != self.sections.infer or not isinstance(self.config, PPOConfig):
            return self.release.matches("<0.2.1")  # from there on a judge sleeps between its calls
        mine = set(role.devices)
        train = workers.device_set(self.config.actor_train) if self.config.actor_train is not None else set()
        if self.release.matches("<0.2.0"):
            return not mine <= train
        others = [self.config.actor_train]
        others += [self.config.reference] if workers.has_reference(self.config) else []
        others += [self.config.critic] if self.config.adv_estimator == "gae" else []
        return not any(mine & workers.device_set(other) for other in others)

    def arithmetic(self) -> Iterator[str]:
        """How samples and optimizer steps of a pipeline step come about."""
        config = self.config
        try:
            samples = config.rollout_batch_size
            if isinstance(config, RLVRConfig):
                group = config.num_return_sequences_in_group
                samples *= group
                yield f"{config.rollout_batch_size} prompts × {group} samples = {samples:,} sequences per step"
            elif isinstance(config, AgenticConfig):
                yield f"{samples} trajectories per step"
            if self.is_async():
                yield f"answers are generated up to {config.async_generation_ratio:g} steps ahead of the training"
            for name in (self.sections.train, "critic", "student", "sft_train"):
                if name in self.workers:
                    yield from self.steps_of(name, samples)
        except (Unresolved, OverflowError):
            return

    def steps_of(self, name: str, samples: int) -> Iterator[str]:
        worker, config = self.workers[name], self.config
        arguments = worker.training_args
        batch, ranks = workers.step_size(worker), workers.data_parallel_size(worker)
        if not batch:
            return
        micro, passes = arguments.per_device_train_batch_size, arguments.gradient_accumulation_steps
        unit = "pairs" if isinstance(config, DPOConfig) else "sequences"
        line = f"{name}: {ranks} rank{'s' * (ranks != 1)} × {micro} × {passes} = {batch:,} {unit} per optimizer step"
        if isinstance(config, RLVRConfig):
            epochs = config.ppo_epochs or 1
            steps = samples * epochs / batch
            shown = f"{steps:g}" if steps < 1000 else f"{steps:,.0f}"
            line += f": {shown} optimizer step{'s' * (steps != 1)} per pipeline step"
        yield line
