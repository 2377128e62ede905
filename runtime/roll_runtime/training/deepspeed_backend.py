"""A DeepSpeed engine as a trainer's backend: ZeRO stages 0 to 3, with or without offloading."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from roll_runtime import device
from roll_runtime import helpers as compiled
from roll_runtime.recipe import Recipe
from roll_runtime.training import adapted_model, deepspeed_config
from roll_runtime.training.gradient_check import GradientCheck

if TYPE_CHECKING:
    from peft import PeftModel

_TAG = "trainer"
"""DeepSpeed's folder in a checkpoint."""


def make(recipe: Recipe) -> DeepSpeedBackend:
    """The backend for a config."""
    return DeepSpeedBackend(recipe)


def helpers(recipe: Recipe, gpus: bool) -> list[str]:
    """What DeepSpeed compiles for a config."""
    return deepspeed_config.helpers(deepspeed_config.complete(recipe), gpus)


class DeepSpeedBackend:
    """The engine holds model, optimizer and schedule, and counts micro-batches itself."""

    model: PeftModel

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.settings = deepspeed_config.complete(recipe)
        self.stage = deepspeed_config.stage(self.settings)

    def join(self) -> None:
        compiled.use()
        import deepspeed

        deepspeed.init_distributed("nccl" if device.own().type == "cuda" else "gloo", verbose=False)

    def build(self) -> None:
        import deepspeed
        from transformers.integrations import HfDeepSpeedConfig

        # Kept as long as the model is: transformers then splits the weights while it loads them.
        self._splitting = HfDeepSpeedConfig(self.settings) if self.stage == 3 else None
        model = adapted_model.load(self.recipe, adapted_model.given_dtype(self.recipe))
        trained = adapted_model.trained(model)
        optimizer = self._optimizer(trained)
        self.engine, _, _, _ = deepspeed.initialize(
            model=model,
            model_parameters=trained,
            optimizer=optimizer,
            lr_scheduler=adapted_model.schedule(self.recipe, optimizer),
            config=self.settings,
        )
        self.model = self.engine.module
        # In fp16 DeepSpeed skips such steps itself, and lowers its loss scale.
        skips = (self.settings.get("fp16") or {}).get("enabled", False)
        self.gradients = GradientCheck(() if skips else trained, device.own())

    def forward(self, **inputs: Any) -> Tensor:
        return self.engine(**inputs).logits

    def accumulate(self, loss: Tensor, ends_step: bool) -> float | None:
        self.engine.backward(loss)
        if ends_step:
            self.gradients.demand_finite(self.steps)
        # Without ZeRO, DeepSpeed clips by a norm that it keeps to itself.
        norm = _norm(self.model) if ends_step and self.stage == 0 else None
        self.engine.step()
        if ends_step and self.stage:
            norm = self.engine.get_global_grad_norm()
        return None if norm is None else float(norm)

    @property
    def steps(self) -> int:
        return self.engine.global_steps

    @property
    def learning_rate(self) -> float:
        return self.engine.get_lr()[0]

    def adapter_weights(self) -> dict[str, Tensor]:
        with self._whole():
            if torch.distributed.get_rank():
                return {}
            found = adapted_model.weights(self.model)
            return {name: value.detach().cpu().contiguous().clone() for name, value in found.items()}

    def save(self, folder: Path) -> None:
        self.engine.save_checkpoint(str(folder), tag=_TAG, exclude_frozen_parameters=True, save_latest=False)

    def load(self, folder: Path) -> None:
        self.engine.load_checkpoint(str(folder), tag=_TAG, load_module_strict=False)

    def _optimizer(self, trained: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
        arguments = adapted_model.optimizer_arguments(self.recipe)
        if deepspeed_config.offloads_optimizer(self.settings):
            from deepspeed.ops.adam import DeepSpeedCPUAdam

            return DeepSpeedCPUAdam(trained, **arguments)
        return torch.optim.AdamW(trained, fused=device.own().type == "cuda", **arguments)

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """The trained parameters gathered, where ZeRO-3 has split them."""
        if self.stage < 3:
            yield
            return
        from deepspeed.runtime.zero import GatheredParameters

        with GatheredParameters(adapted_model.trained(self.model)):
            yield


def _norm(model: PeftModel) -> Tensor:
    """The norm of all gradients, which every rank has whole."""
    gradients = (parameter.grad for parameter in adapted_model.trained(model))
    return torch.nn.utils.get_total_norm([gradient for gradient in gradients if gradient is not None])
