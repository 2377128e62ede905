"""Where a worker's tensors lie, and torch's types by the names that `model_args.dtype` has for them."""

from __future__ import annotations

import torch

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def own() -> torch.device:
    """The worker's device: the first GPU that it sees, which is its own, or the CPU."""
    return torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
