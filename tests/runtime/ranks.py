"""Ranks of the trainer as plain processes, without Ray: `python ranks.py RANKS CASES.json`, which it fills with results.

A case has the release and overrides of a config, and what its ranks do: `train SEED`, `reference`, `save FOLDER` or
`load FOLDER`. Its result has the log-probabilities and gradient norms of the steps, and what the adapter is at the end.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import torch
from roll_runtime import batch
from roll_runtime.recipe import Recipe
from roll_runtime.training import backend
from roll_runtime.training.trainer import Trainer
from safetensors.torch import load

import roll_schema
from tests.runtime.conftest import CONFIG

SAMPLES, PROMPT, RESPONSE = 64, 12, 6


def samples(seed: int) -> batch.Batch:
    """Random tokens with padding on both sides, and random advantages."""
    random = torch.Generator().manual_seed(seed)
    row = torch.arange(SAMPLES)[:, None]
    mask = (torch.arange(RESPONSE) < RESPONSE - row % 3).float()
    attention = torch.cat([torch.arange(PROMPT) >= row % 5, mask], 1).long()
    return {
        "input_ids": torch.randint(3, 120, (SAMPLES, PROMPT + RESPONSE), generator=random),
        "attention_mask": attention,
        "mask": mask,
        "completions": mask,
        "loss_mask": mask,
        "rollout": -4 - torch.rand(SAMPLES, RESPONSE, generator=random),
        "scores": torch.rand(SAMPLES, generator=random),
        "advantages": torch.randn(SAMPLES, 1, generator=random) * mask,
    }


def play(rank: int, ranks: int, port: int, case: dict[str, Any]) -> dict[str, Any]:
    """What a case comes to on a rank; all of it is known on the first one only."""
    devices = f"actor_train.device_mapping='{list(range(ranks))}'"
    size = f"actor_train.training_args.per_device_train_batch_size={SAMPLES // 2 // ranks}"
    overrides = [f"num_gpus_per_node={ranks}", devices, size, *case["overrides"]]
    checked = roll_schema.load(CONFIG, overrides, release=case["release"], target="run")
    trainer = Trainer(Recipe(checked.config, case["release"]), rank)  # type: ignore[arg-type]
    if torch.distributed.is_initialized():
        # DeepSpeed keeps its groups of ranks as long as the process lives.
        trainer.backend = backend.make(trainer.recipe)
    else:
        trainer.meet("127.0.0.1", port)
    trainer.start()
    log_probs, norms = [], []
    for action in case["actions"]:
        name, _, argument = action.partition(" ")
        if name == "train":
            part = batch.split(samples(int(argument)), ranks)[rank]
            log_probs.append(_mean(trainer.log_probs(part)))
            norms.append(trainer.train(part)["train/grad_norm"])
        elif name == "reference":
            part = batch.split(samples(0), ranks)[rank]
            log_probs.append(_mean(trainer.log_probs(part, reference=True)))
        elif name == "save":
            Path(argument).mkdir(exist_ok=True)
            trainer.save(Path(argument))
            torch.distributed.barrier()
        else:
            trainer.load(Path(argument))
    sent = trainer.adapter()
    weights = {name: value.flatten()[:2].tolist() for name, value in load(sent[1]).items()} if sent else {}
    return {"log_probs": log_probs, "norms": norms, "adapter": weights}


def _mean(values: torch.Tensor) -> float:
    """The mean over the samples of all ranks."""
    total = values.sum()
    torch.distributed.all_reduce(total)
    return total.item() / SAMPLES


def work(rank: int, ranks: int, port: int, file: str) -> None:
    torch.set_num_threads(1)
    cases = json.loads(Path(file).read_text())
    results = [play(rank, ranks, port, case) for case in cases]
    torch.distributed.destroy_process_group()
    if rank == 0:
        Path(file).write_text(json.dumps(results))


def main(ranks: int, file: str) -> None:
    with socket.socket() as probe:
        probe.bind(("", 0))
        port = probe.getsockname()[1]
    torch.multiprocessing.spawn(work, (ranks, port, file), nprocs=ranks)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
