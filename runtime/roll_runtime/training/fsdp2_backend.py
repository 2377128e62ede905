"""A model sharded by torch's `fully_shard` as a trainer's backend, with checkpoints for any number of ranks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from roll_runtime import device
from roll_runtime.errors import TrainingFailed
from roll_runtime.recipe import Recipe
from roll_runtime.training import adapted_model, fsdp2_config

if TYPE_CHECKING:
    from peft import PeftModel

_FOLDER, _SCHEDULE = "trainer", "schedule.pt"


def make(recipe: Recipe) -> Fsdp2Backend:
    """The backend for a config."""
    return Fsdp2Backend(recipe)


def helpers(recipe: Recipe, gpus: bool) -> list[str]:
    """Nothing is compiled."""
    return []


class Fsdp2Backend:
    """Each rank holds a shard of every parameter; layers are gathered when they compute."""

    model: PeftModel

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.settings = fsdp2_config.settings(recipe)
        self.device = device.own()

    def join(self) -> None:
        # Checkpoints and offloaded parameters need collectives on the CPU as well.
        torch.distributed.init_process_group("cpu:gloo,cuda:nccl" if self.device.type == "cuda" else "gloo")

    def build(self) -> None:
        self.model = adapted_model.load(self.recipe, device.DTYPES[self.settings.load_dtype])
        self._shard()
        # Listed before the first forward pass, after which some modules hold gathered parameters.
        self.trained = adapted_model.trained(self.model)
        self.optimizer = torch.optim.AdamW(self.trained, **adapted_model.optimizer_arguments(self.recipe))
        self.schedule = adapted_model.schedule(self.recipe, self.optimizer)

    def forward(self, **inputs: Any) -> Tensor:
        with self._computing():
            return self.model(**inputs).logits

    def accumulate(self, loss: Tensor, ends_step: bool) -> float | None:
        self.model.set_requires_gradient_sync(ends_step or self.settings.reduces_each_micro_batch)
        (loss / self.recipe.batches.accumulation).backward()
        return self._step() if ends_step else None

    @property
    def steps(self) -> int:
        return self.schedule.last_epoch

    @property
    def learning_rate(self) -> float:
        return self.schedule.get_last_lr()[0]

    def adapter_weights(self) -> dict[str, Tensor]:
        # Every rank has a part in gathering each of them.
        found = {name: _whole(value) for name, value in adapted_model.weights(self.model).items()}
        return {} if torch.distributed.get_rank() else found

    def save(self, folder: Path) -> None:
        from torch.distributed import checkpoint

        checkpoint.save(self._state(), checkpoint_id=folder / _FOLDER)
        if torch.distributed.get_rank() == 0:
            torch.save(self.schedule.state_dict(), folder / _FOLDER / _SCHEDULE)

    def load(self, folder: Path) -> None:
        from torch.distributed import checkpoint
        from torch.distributed.checkpoint.state_dict import StateDictOptions, set_state_dict

        state = self._state()
        checkpoint.load(state, checkpoint_id=folder / _FOLDER)
        set_state_dict(
            self.model,
            self.optimizer,
            model_state_dict=state["model"],
            optim_state_dict=state["optimizer"],
            # The base model's weights are not in it.
            options=StateDictOptions(strict=False),
        )
        self.schedule.load_state_dict(torch.load(folder / _FOLDER / _SCHEDULE, weights_only=True))

    def _shard(self) -> None:
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import CPUOffloadPolicy, MixedPrecisionPolicy, OffloadPolicy, fully_shard

        chosen, gpu = self.settings, self.device.type == "cuda"
        names = ("replicas", "shards")[-len(chosen.mesh) :]
        arguments = {
            "mesh": init_device_mesh(self.device.type, chosen.mesh, mesh_dim_names=names),
            "reshard_after_forward": chosen.reshard_after_forward,
            "mp_policy": MixedPrecisionPolicy(
                param_dtype=device.DTYPES[chosen.compute_dtype],
                reduce_dtype=device.DTYPES[chosen.reduce_dtype],
                cast_forward_inputs=False,
            ),
            "offload_policy": CPUOffloadPolicy(pin_memory=gpu) if chosen.offloads else OffloadPolicy(),
        }
        for module in self._units():
            fully_shard(module, **arguments)
        fully_shard(self.model, **arguments)

    def _units(self) -> Iterator[nn.Module | list[nn.Module]]:
        """The modules, or groups of them, that are gathered by themselves, the innermost first."""
        model, chosen = self.model, self.settings
        embeddings, output = model.get_input_embeddings(), model.get_output_embeddings()
        # FSDP2 reduces gradients of one type together: those of another type than the first are gathered by themselves.
        first = adapted_model.trained(model)[0].dtype
        for module in model.modules():
            if any(own.requires_grad and own.dtype != first for own in module.parameters(recurse=False)):
                yield module
        if embeddings.weight is not output.weight:
            yield embeddings
            if chosen.gathers_output_alone:
                yield output
        elif chosen.gathers_embeddings_alone or chosen.gathers_output_alone:
            # Modules that share a parameter cannot be gathered one without the other.
            yield [embeddings, output]
        classes = model._no_split_modules if chosen.layers is None else chosen.layers
        layers = [(name, module) for name, module in model.named_modules() if type(module).__name__ in classes]
        holders = {name for name, _ in layers if any(other.startswith(f"{name}.") for other, _ in layers)}
        yield from (module for name, module in layers if name not in holders)

    def _computing(self) -> contextlib.AbstractContextManager[Any]:
        """The precision of forward passes, as ROLL has it: what torch's autocast makes of `param_dtype`."""
        half = self.settings.compute_dtype != "fp32"
        return torch.autocast(self.device.type, device.DTYPES[self.settings.compute_dtype], enabled=half)

    def _step(self) -> float:
        norm = _whole(nn.utils.clip_grad_norm_(self.trained, self.recipe.optimization.max_grad_norm))
        if not norm.isfinite():
            raise TrainingFailed.not_finite(f"the gradient norm ({norm.item()})", self.steps)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad(set_to_none=True)
        return norm.item()

    def _state(self) -> dict[str, Any]:
        """What a checkpoint holds: trained parameters and the optimizer's state by the names of the parameters."""
        from torch.distributed.checkpoint.state_dict import StateDictOptions, get_state_dict

        options = StateDictOptions(ignore_frozen_params=True)
        model, optimizer = get_state_dict(self.model, self.optimizer, options=options)
        return {"model": model, "optimizer": optimizer}


def _whole(value: Tensor) -> Tensor:
    """A tensor of which each rank may hold a shard, gathered on the CPU."""
    from torch.distributed.tensor import DTensor

    found = value.full_tensor() if isinstance(value, DTensor) else value
    return found.detach().cpu().contiguous().clone()
