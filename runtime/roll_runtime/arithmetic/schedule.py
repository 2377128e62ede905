"""In which order a rank trains on its samples: epochs of optimizer steps of micro-batches."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils.data import DataLoader


class Step(NamedTuple):
    """An optimizer step: the samples of each of its micro-batches, by their place in the rank's part."""

    micro_batches: list[Tensor]

    @property
    def samples(self) -> Tensor:
        """All samples of the step."""
        return torch.cat(self.micro_batches)


def steps(samples: int, micro: int, accumulation: int, epochs: int, seed: int) -> list[Step]:
    """As ROLL's data loader shuffles: anew for each epoch, and alike on all ranks and in all steps of the pipeline."""
    numbers: Any = range(samples)
    loader = DataLoader(
        numbers,
        batch_size=micro * accumulation,
        shuffle=True,
        generator=torch.Generator().manual_seed(seed),
        collate_fn=torch.tensor,
    )
    return [Step(list(batch.split(micro))) for _ in range(epochs) for batch in loader]
