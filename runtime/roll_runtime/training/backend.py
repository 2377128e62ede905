"""What a trainer rank asks of the library that shards its model, and the libraries there are."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from torch import Tensor

from roll_runtime.recipe import Recipe

if TYPE_CHECKING:
    from peft import PeftModel

_MODULES = {"deepspeed_train": "deepspeed_backend", "fsdp2_train": "fsdp2_backend"}
"""The module of each backend by its `strategy_name`; a library is imported only where it trains."""


class Backend(Protocol):
    """A model with its optimizer on one rank; every method is called on all ranks at once."""

    model: PeftModel

    def join(self) -> None:
        """Join the other ranks, whose number and meeting point are in the environment."""

    def build(self) -> None:
        """Load the model, shard it, and make optimizer and schedule."""

    def forward(self, **inputs: Any) -> Tensor:
        """The logits of a micro-batch."""

    def accumulate(self, loss: Tensor, ends_step: bool) -> float | None:
        """Add the gradients of a micro-batch, divided by the number of accumulated ones and averaged over the ranks.

        With the last micro-batch of an optimizer step the gradients are clipped and the step is made; gives their norm.
        """

    @property
    def steps(self) -> int:
        """Optimizer steps that were made."""

    @property
    def learning_rate(self) -> float:
        """That of the next optimizer step."""

    def adapter_weights(self) -> dict[str, Tensor]:
        """The adapter's weights by the names that PEFT writes, whole and on the CPU; on the first rank only."""

    def save(self, folder: Path) -> None:
        """Write the trained parameters, the optimizer's state and the schedule into a folder."""

    def load(self, folder: Path) -> None:
        """Restore what `save` wrote."""


def make(recipe: Recipe) -> Backend:
    """The backend that a config asks for."""
    return _module(recipe).make(recipe)


def helpers(recipe: Recipe, gpus: bool) -> list[str]:
    """Names of the helpers that have to be compiled before the backend of a config starts."""
    return _module(recipe).helpers(recipe, gpus)


def _module(recipe: Recipe) -> Any:
    return import_module(f"roll_runtime.training.{_MODULES[recipe.backend]}")
