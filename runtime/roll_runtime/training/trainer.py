"""One rank of the trainer: log-probabilities, optimizer steps, and the adapter for the rollout engines.

Left out: critics, Ulysses' sequence parallelism, packing and dynamic batching, and full fine-tuning, whose weights
would have to reach the rollout engine some other way.
"""

from __future__ import annotations

import contextlib
import os
import random
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from roll_runtime import batch as batches
from roll_runtime import device
from roll_runtime.arithmetic import masked, metrics, schedule
from roll_runtime.arithmetic.aggregate import Counts, counted, counts
from roll_runtime.arithmetic.policy import FirstSeen, Samples
from roll_runtime.batch import Batch
from roll_runtime.errors import TrainingFailed
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
                found.append(_log_probs(self._forward(part), part).cpu())
        return torch.cat(found)

    def train(self, batch: Batch) -> dict[str, float]:
        """All optimizer steps of a pipeline step on this rank's samples; the metrics of its micro-batches.

        `mask` has the tokens that log-probabilities are computed for, `completions` all tokens of the completions.
        """
        self.model.train()
        recipe, sizes = self.recipe, self.recipe.batches
        settings, arithmetic = recipe.loss, recipe.arithmetic
        scale = sizes.accumulation * sizes.ranks if settings.scale_by_step else 1
        seen = FirstSeen(batch["mask"])
        reports: list[dict[str, Tensor]] = []
        norms = []
        steps = schedule.steps(len(batch["mask"]), sizes.micro, sizes.accumulation, sizes.epochs, recipe.config.seed)
        for step in steps:
            counts = self._counts(batches.pick(batch, step.samples))
            for number, rows in enumerate(step.micro_batches, start=1):
                part = self._moved(batches.pick(batch, rows))
                logits = self._forward(part)
                log_probs = _log_probs(logits, part)
                with torch.set_grad_enabled(settings.entropy_weight > 0):
                    entropy = _entropy(logits, part["mask"])
                old = part["old"] if "old" in part else seen.old(rows, log_probs)
                samples = Samples.of(part, old)
                loss, report = arithmetic.loss(log_probs, entropy, samples, counts, settings)
                report["train/entropy"] = masked.mean(entropy.detach(), part["mask"])
                report["train/rollout_logp_diff"] = _apart(samples, part["completions"])
                self._check(loss)
                norm = self.backend.accumulate(scale * loss, ends_step=number == len(step.micro_batches))
                reports.append(report)
            norms += [norm] if norm is not None else []
        result = metrics.of_rank(reports, len(steps), arithmetic.finish)
        result["train/learning_rate"] = self.backend.learning_rate
        if norms:
            result["train/grad_norm"] = fmean(norms)
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

    def _forward(self, part: Batch) -> Tensor:
        """The logits that each token of the completions was chosen by."""
        length, attention = part["mask"].shape[1], part["attention_mask"]
        logits = self.backend.forward(
            input_ids=part["input_ids"],
            attention_mask=attention,
            position_ids=(attention.cumsum(1) - 1).clamp_min(0),
            logits_to_keep=length + 1,
            use_cache=False,
        )
        return logits[:, :-1].float()

    def _counts(self, samples: Batch) -> Counts:
        """What counts in an optimizer step, on all ranks."""
        summed = counted(samples["mask"], samples["loss_mask"]).to(self.device)
        torch.distributed.all_reduce(summed)
        return counts(summed)

    def _moved(self, part: Batch) -> Batch:
        return {name: values.to(self.device) for name, values in batches.trimmed(part).items()}

    def _check(self, loss: Tensor) -> None:
        """Stop all ranks where one has a loss that is not finite, before it reaches the weights."""
        bad = (~loss.detach().isfinite()).float()
        torch.distributed.all_reduce(bad)
        if bad.item():
            raise TrainingFailed.not_finite(f"the loss ({loss.item()})", self.backend.steps)

    def _adapter_config(self) -> dict[str, Any]:
        config = self.model.peft_config["default"].to_dict()
        return {name: sorted(value) if isinstance(value, set) else value for name, value in config.items()}


def _log_probs(logits: Tensor, part: Batch) -> Tensor:
    """Log-probabilities of the tokens in the mask; 0 elsewhere."""
    tokens = part["input_ids"][:, -logits.shape[1] :, None]
    return (logits.gather(-1, tokens).squeeze(-1) - logits.logsumexp(-1)) * part["mask"]


def _entropy(logits: Tensor, mask: Tensor) -> Tensor:
    """Entropy at each token in the mask; 0 elsewhere."""
    # One sample after the other, since the probabilities of all of them take as much memory as the logits.
    return torch.stack([row.logsumexp(-1) - (row.softmax(-1) * row).sum(-1) for row in logits]) * mask


def _apart(samples: Samples, completions: Tensor) -> Tensor:
    """Mean distance per token between what the trainer and the rollout engine find, before any optimizer step."""
    return masked.mean((samples.old - samples.rollout).abs(), completions)


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
