"""What a step does: its phases, who works in which, and how many samples and optimizer steps it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.agentic_config import AgenticConfig
from roll_schema.models.dpo_config import DPOConfig
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.models.section import Unresolved, fields_of, known
from roll_schema.planning import workers

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.roles import Roles
    from roll_schema.models.worker_config import WorkerConfig

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


def phases_of(config: BaseConfig, part: str) -> tuple[str, ...]:
    """The phases that a group of workers has work in, by its path."""
    if part == "actor_train" and not isinstance(config, PPOConfig):
        return ("train",)  # without rollouts there is nobody to send weights to, and no older policy
    return WORKS_IN.get(part.partition(".")[0], ("reward",))


def is_async(config: BaseConfig) -> bool:
    """Whether answers are generated while the trainer works; False where that is not known."""
    return any(ratio for _, ratio in known(fields_of(config, "async_generation_ratio")))


def arithmetic(config: BaseConfig, placed: dict[str, WorkerConfig], sections: Roles) -> Iterator[str]:
    """How samples and optimizer steps of a pipeline step come about, in sentences; `placed` are workers by role."""
    try:
        samples = config.rollout_batch_size
        if isinstance(config, RLVRConfig):
            group = config.num_return_sequences_in_group
            samples *= group
            yield f"{config.rollout_batch_size} prompts × {group} samples = {samples:,} sequences per step"
        elif isinstance(config, AgenticConfig):
            yield f"{samples} trajectories per step"
        if is_async(config):
            yield f"answers are generated up to {config.async_generation_ratio:g} steps ahead of the training"
        for name in (sections.train, "critic", "student", "sft_train"):
            if name in placed:
                yield from _optimizer_steps(config, name, placed[name], samples)
    except (Unresolved, OverflowError):
        return


def _optimizer_steps(config: BaseConfig, name: str, worker: WorkerConfig, samples: int) -> Iterator[str]:
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
