"""The settings that each part of a run goes by: plain values, which a recipe computes from the config."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lora:
    """The adapter, in PEFT's terms: `targets` is a list of names, or one regular expression."""

    targets: list[str] | str
    rank: int
    alpha: int
    dropout: float
    trained_in_full: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batches:
    """How a step's samples are split; `ranks` are those of the trainer."""

    prompts: int
    group: int
    ranks: int
    micro: int
    accumulation: int
    epochs: int
    no_grad: int

    @property
    def samples(self) -> int:
        return self.prompts * self.group

    @property
    def optimizer_steps(self) -> int:
        """Optimizer steps that a step of the pipeline makes."""
        return self.epochs * (self.samples // (self.ranks * self.micro * self.accumulation))


@dataclass(frozen=True, slots=True)
class Sampling:
    """How answers are sampled, in the terms of both engines; `top_k` is 0 where it is off."""

    count: int
    temperature: float
    top_p: float
    top_k: int
    repetition_penalty: float
    longest: int
    stop: tuple[str, ...]
    keep_stop: bool


@dataclass(frozen=True, slots=True)
class Optimization:
    """Optimizer and schedule of the trainer; `total` counts optimizer steps of the whole run."""

    learning_rate: float
    weight_decay: float
    betas: tuple[float, float]
    schedule: str
    warmup: int
    total: int
    max_grad_norm: float
