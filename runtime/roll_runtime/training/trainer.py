"""One rank of the trainer: log-probabilities, optimizer steps, and the adapter for the rollout engines.

Left out: critics, Ulysses' sequence parallelism, packing and dynamic batching, and full fine-tuning, whose weights
would have to reach the rollout engine some other way.
"""

from __future__ import annotations

import contextlib
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from roll_runtime import batch as batches
from roll_runtime import device, masked
from roll_runtime.batch import Batch
from roll_runtime.errors import TrainingFailed
from roll_runtime.loss import Samples, mean_report, policy_loss
from roll_runtime.recipe import Recipe
from roll_runtime.training import adapted_model, backend

if TYPE_CHECKING:
    from peft import PeftModel


class Trainer:
    """A rank; every method is called on all ranks at once, since they gather and reduce between them."""

    def __init__(self, recipe: Recipe, rank: int) -> None:
        self.recipe, self.rank = recipe, rank
        self.device = device.own()

    def meet(self, address: str, port: int) -> None:
        """Join the other ranks."""
        world = self.recipe.batches.ranks
        os.environ.update(
            MASTER_ADDR=address, MASTER_PORT=str(port), RANK=str(self.rank), WORLD_SIZE=str(world), LOCAL_RANK="0"
        )
        self.backend = backend.make(self.recipe)
        self.backend.join()

    def start(self) -> dict[str, int]:
        """Build the model; gives counts of modules and parameters of the adapter."""
        _seed(self.recipe.config.seed)
        self.backend.build()
        self.model = self.backend.model
        _seed(self.recipe.config.seed + self.rank)
        trained = adapted_model.trained(self.model)
        return {"modules": len(_adapted(self.model)), "parameters": sum(map(_size, trained))}

    def log_probs(self, batch: Batch, reference: bool = False) -> Tensor:
        """Log-probabilities of the answers' tokens, [samples, response length]; of the base model for a reference."""
        self.model.eval()
        found = []
        size = self.recipe.batches.no_grad
        with torch.no_grad(), adapted_model.base_alone(self.model) if reference else contextlib.nullcontext():
            for start in range(0, len(batch["mask"]), size):
                part = self._moved(batches.rows(batch, start, start + size))
                found.append(self._forward(part, entropy=False)[0].cpu())
        return torch.cat(found)

    def train(self, batch: Batch, seed: int) -> dict[str, float]:
        """All optimizer steps of a pipeline step on this rank's samples; the mean of what they report."""
        self.model.train()
        settings, sizes = self.recipe.loss, self.recipe.batches
        reports: list[dict[str, Tensor]] = []
        norm = None
        generator = torch.Generator().manual_seed(seed)
        for epoch in range(sizes.epochs):
            count = len(batch["mask"])
            order = torch.randperm(count, generator=generator) if epoch or sizes.optimizer_steps > 1 else None
            shuffled = batch if order is None else batches.pick(batch, order)
            for number, start in enumerate(range(0, count, sizes.micro), start=1):
                part = self._moved(batches.rows(shuffled, start, start + sizes.micro))
                log_probs, entropy = self._forward(part, entropy=settings.entropy_weight > 0)
                samples = _samples(part, log_probs)
                loss, report = policy_loss(log_probs, entropy, samples, settings)
                report["rollout_logp_diff"] = _apart(samples)
                self._check(loss)
                norm = self.backend.accumulate(loss, ends_step=number % sizes.accumulation == 0)
                reports.append(report)
        result = mean_report(reports)
        result["learning_rate"] = self.backend.learning_rate
        if norm is not None:
            result["grad_norm"] = norm
        return result

    def adapter(self) -> tuple[dict[str, Any], bytes] | None:
        """PEFT's config of the adapter and its weights as safetensors; on the first rank only."""
        from safetensors.torch import save

        weights = self.backend.adapter_weights()
        if self.rank:
            return None
        return self._adapter_config(), save(weights)

    def save(self, folder: Path) -> None:
        """Write adapter, optimizer and random state into a folder."""
        from safetensors.torch import save_file

        weights = self.backend.adapter_weights()
        if self.rank == 0:
            adapter = folder / "adapter"
            adapter.mkdir(parents=True)
            self.model.peft_config["default"].save_pretrained(str(adapter))
            save_file(weights, adapter / "adapter_model.safetensors", metadata={"format": "pt"})
        self.backend.save(folder)
        torch.save(_random_state(), folder / f"random_{self.rank}.pt")

    def load(self, folder: Path) -> None:
        """Go on from what `save` wrote."""
        self.backend.load(folder)
        states = sorted(folder.glob("random_*.pt"))
        if len(states) == self.recipe.batches.ranks:
            _set_random_state(torch.load(folder / f"random_{self.rank}.pt", weights_only=True))
        else:
            # Ranks of another number go on with streams of their own, the same at each start from this checkpoint.
            _seed(self.recipe.config.seed + self.rank + 1009 * self.backend.steps)

    def stop(self) -> None:
        """Leave the group of ranks."""
        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()

    def _forward(self, part: Batch, entropy: bool) -> tuple[Tensor, Tensor | None]:
        """Log-probabilities of the answers' tokens, and the entropy of each where it is asked for."""
        length = part["mask"].shape[1]
        attention = part["attention_mask"]
        logits = self.backend.forward(
            input_ids=part["input_ids"],
            attention_mask=attention,
            position_ids=(attention.cumsum(1) - 1).clamp_min(0),
            logits_to_keep=length + 1,
            use_cache=False,
        )
        logits = logits[:, :-1].float()
        chosen = logits.gather(-1, part["input_ids"][:, -length:, None]).squeeze(-1)
        log_probs = chosen - logits.logsumexp(-1)
        return log_probs, torch.distributions.Categorical(logits=logits).entropy() if entropy else None

    def _moved(self, part: Batch) -> Batch:
        return {name: values.to(self.device) for name, values in batches.trimmed(part).items()}

    def _check(self, loss: Tensor) -> None:
        """Stop all ranks where one has a loss that is not finite, before it reaches the weights."""
        bad = (~loss.detach().isfinite()).float()
        torch.distributed.all_reduce(bad)
        if bad.item():
            raise TrainingFailed(
                f"the loss is not finite ({loss.item()}) after {self.backend.steps} optimizer steps: lower "
                "`learning_rate`; no weight was changed by it"
            )

    def _adapter_config(self) -> dict[str, Any]:
        config = self.model.peft_config["default"].to_dict()
        return {name: sorted(value) if isinstance(value, set) else value for name, value in config.items()}


def _samples(part: Batch, log_probs: Tensor) -> Samples:
    """The micro-batch as the loss wants it; where nothing was computed before, the old policy is the present one."""
    return Samples(
        mask=part["mask"],
        loss_mask=part["loss_mask"],
        advantages=part["advantages"],
        scores=part["scores"],
        old=part.get("old", log_probs.detach()),
        rollout=part["rollout"],
        reference=part.get("reference"),
        difficulty=part.get("difficulty"),
    )


def _apart(samples: Samples) -> Tensor:
    """Mean distance per token between what the trainer and the rollout engine find, before any optimizer step."""
    return masked.mean((samples.old - samples.rollout).abs(), samples.mask)


def _adapted(model: PeftModel) -> set[str]:
    """Names of the modules that carry an adapter."""
    return {name.split(".lora_A")[0] for name, _ in model.named_parameters() if ".lora_A" in name}


def _size(parameter: torch.nn.Parameter) -> int:
    """Elements of a parameter, also of one that ZeRO-3 has split."""
    return int(getattr(parameter, "ds_numel", parameter.numel()))


def _seed(seed: int) -> None:
    random.seed(seed)
    torch.manual_seed(seed)


def _random_state() -> dict[str, Any]:
    cuda = torch.cuda.get_rng_state() if torch.cuda.is_available() else None
    return {"python": random.getstate(), "torch": torch.get_rng_state(), "cuda": cuda}


def _set_random_state(state: dict[str, Any]) -> None:
    random.setstate(state["python"])
    torch.set_rng_state(state["torch"])
    if state["cuda"] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
