"""Which models vLLM can serve an adapter for, as its model classes say (vLLM 0.32.0, by importing each of them)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from roll_schema.facts.catalog.checkpoint import Checkpoint

RELEASE = "0.32"

RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM takes for `max_lora_rank`; rank 1, which newer releases take as well, apart."""


def rank_for(needed: int) -> int:
    """The smallest rank of vLLM that has room for one; the largest where none has."""
    return next((rank for rank in RANKS if rank >= needed), RANKS[-1])


def refuses_adapters(known: Checkpoint) -> str | None:
    """The class that vLLM runs a model with, where it takes no adapter at all."""
    refusing = set(_table()["without_lora"])
    return next((known.class_name for known in known.architectures if known.class_name in refusing), None)


def adapted_embeddings(known: Checkpoint) -> list[str] | None:
    """Names of the embeddings that an adapter may have for vLLM; None where that is not known."""
    table: dict[str, list[str]] = _table()["embeddings"]
    return next((table[known.class_name] for known in known.architectures if known.class_name in table), None)


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((Path(__file__).parent / "vllm_lora.json").read_text(encoding="utf-8"))
    return table
