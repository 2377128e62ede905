"""What vLLM's own workers are asked beside generating: to start a step from a seed, and what adapter they hold."""

from __future__ import annotations

from typing import Any


class WorkerExtension:
    """Mixed into vLLM's worker class by its name; `model_runner` is the worker's."""

    model_runner: Any

    def seed_step(self, seed: int) -> None:
        """Make the answers that follow a function of the seed, the prompts and the adapter."""
        import torch

        torch.manual_seed(seed)

    def bound_modules(self, adapter: int) -> int:
        """Modules of the model that an adapter changes; merged ones count as often as they were merged."""
        weights = self.model_runner.lora_manager._adapter_manager.get_adapter(adapter)
        if weights is None:
            return 0
        return sum(_parts(layer) for layer in weights.loras.values())


def _parts(layer: Any) -> int:
    parts = layer.lora_a
    return sum(part is not None for part in parts) if isinstance(parts, list) else 1
