"""What is known of a checkpoint: from its files on this machine, from a cited source, or its type from its name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from roll_schema.facts.catalog.architecture import Architecture, architectures
from roll_schema.facts.catalog.safetensors import Tensor, tensors
from roll_schema.source import files

SIZES = {
    "hidden": ("hidden_size", "n_embd", "d_model"),
    "layers": ("num_hidden_layers", "n_layer", "num_layers"),
    "heads": ("num_attention_heads", "n_head"),
    "kv_heads": ("num_key_value_heads",),
    "head_dim": ("head_dim",),
    "intermediate": ("intermediate_size", "n_inner", "ffn_dim"),
    "vocab": ("vocab_size",),
    "experts": ("num_experts", "num_local_experts", "n_routed_experts"),
    "experts_per_token": ("num_experts_per_tok",),
    "expert_intermediate": ("moe_intermediate_size",),
    "shared_intermediate": ("shared_expert_intermediate_size",),
    "positions": ("max_position_embeddings", "n_positions"),
}
"""Our names of sizes, with the names that transformers' configurations give them."""

MAX_CONFIG_BYTES = 1 << 20
"""A larger `config.json` is not read; those of published models have a few kilobytes."""

LARGEST_SIZE = 20_000_000
"""No size of a model is larger; what is comes from a file that is none."""

MOST_LAYERS = 10_000

_CITED = Path(__file__).parent / "checkpoints.json"
_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_VARIANT = re.compile(r"-(Base|Instruct|Thinking)(-2507)?$")
_TEXT_PARTS = ("text_config", "llm_config", "thinker_config")


class Checkpoint(NamedTuple):
    """The sizes of a checkpoint's language model, by the names of `SIZES`; `source` says where they are from.

    `settings` are those of its `config.json` where that is at hand, and `folder` is where its files are then.
    """

    model_type: str
    sizes: Mapping[str, int]
    source: str
    tied: bool | None = None
    settings: Mapping[str, Any] = {}
    folder: Path | None = None
    published: int | None = None
    """Its parameters as its source says; those of parts that are not language models cannot be counted otherwise."""

    @property
    def stored(self) -> Mapping[str, Tensor] | None:
        """Its weights as the files tell; None where they are not at hand. Read when they are asked for."""
        return tensors(self.folder) if self.folder is not None else None

    @property
    def architectures(self) -> tuple[Architecture, ...]:
        """The model as each known release of transformers builds it, whose sizes may be others."""
        return architectures(self.model_type)

    @property
    def architecture(self) -> Architecture | None:
        """The model as it is built at this checkpoint's own sizes; None where one of them or a setting is not known."""
        for known in self.architectures:
            usual = all(self.settings.get(key, value) == value for key, value in known.fixed.items())
            if known.scales and usual and known.fits(self.sizes):
                return known
        return None

    @property
    def parameters(self) -> int | None:
        """How many parameters the model has, as transformers counts them; None where that is not known."""
        stored = self.stored
        if stored is not None:
            return sum(tensor.elements for tensor in stored.values())
        if self.published is not None:
            return self.published
        known = self.architecture
        if known is None or known.composite or self.tied is None:
            return None
        return known.parameters(self.sizes, tied=self.tied)


def checkpoint(model: str) -> Checkpoint | None:
    """The checkpoint that ROLL would load for a `model_name_or_path`; None where nothing is known for sure."""
    for folder in (Path(model), _cached(model)):
        config = _config(folder) if folder is not None else None
        if folder is not None and config is not None:
            return _described(config, "its config.json", folder)
    name = model.rstrip("/").rpartition("/")[2]
    return _cited(name) or _named(name)


def _config(folder: Path) -> dict[str, Any] | None:
    """A folder's `config.json`; None where there is none, or nothing that a model's configuration could be."""
    try:
        config = json.loads(files.read(folder / "config.json", MAX_CONFIG_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return config if isinstance(config, dict) else None


def _cached(model: str) -> Path | None:
    """The snapshot that Hugging Face's cache holds of a hub id's main branch."""
    if not _HUB_ID.fullmatch(model):
        return None
    home = files.variable("HF_HOME") or Path(files.variable("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    cache_folder = files.home(str(files.variable("HF_HUB_CACHE") or Path(home, "hub")))
    folder = cache_folder / f"models--{model.replace('/', '--')}"
    try:
        revision = files.read(folder / "refs" / "main", MAX_CONFIG_BYTES).decode("utf-8").strip()
    except (OSError, ValueError):
        return None
    return folder / "snapshots" / revision if re.fullmatch(r"[0-9a-f]{40}", revision) else None


def _described(config: dict[str, Any], source: str, folder: Path) -> Checkpoint | None:
    model_type = config.get("model_type")
    text = config
    while (part := next((text[name] for name in _TEXT_PARTS if isinstance(text.get(name), dict)), None)) is not None:
        text = part
    sizes = {
        ours: next((text[name] for name in theirs if _is_size(text.get(name))), 0) for ours, theirs in SIZES.items()
    }
    if text.get("rope_scaling") or text.get("rope_parameters"):
        sizes["positions"] = 0  # what a scaled model takes depends on the kind of scaling
    tied = text.get("tie_word_embeddings", config.get("tie_word_embeddings"))
    if not isinstance(model_type, str):
        return None
    known = {name: size for name, size in sizes.items() if size}
    if max(known.get("layers", 0), known.get("experts", 0)) > MOST_LAYERS:
        known = {}
    return Checkpoint(model_type, known, source, tied if isinstance(tied, bool) else None, text, folder)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_SIZE


def _cited(name: str) -> Checkpoint | None:
    """A published checkpoint, or its tuned variant, which shares all sizes but the number of positions."""
    known = _table()
    if name in known:
        return known[name]
    base = known.get(_VARIANT.sub("", name))
    if base is None:
        return None
    sizes = {key: size for key, size in base.sizes.items() if key != "positions"}
    return Checkpoint(base.model_type, sizes, base.source, base.tied)


@cache
def _table() -> dict[str, Checkpoint]:
    data = json.loads(_CITED.read_text(encoding="utf-8"))
    return {
        name: Checkpoint(
            row["model_type"],
            row["sizes"],
            data["sources"][row["source"]],
            row.get("tied"),
            published=row.get("parameters"),
        )
        for name, row in data["checkpoints"].items()
    }


_NAMES = {
    "qwen2": re.compile(r"qwen2(\.5(-coder|-math)?)?-(0\.5|1\.5|3|7|14|32|72)b"),
    "qwen3": re.compile(r"qwen3-(0\.6|1\.7|4|8|14|32)b"),
    "llama": re.compile(r"(meta-)?llama-(2-(7|13|70)|3(\.[123])?-(1|3|8|70|405))b"),
    "mistral": re.compile(r"mistral-7b"),
    "gpt2": re.compile(r"gpt2(-medium|-large|-xl)?$"),
}
_OF_ANOTHER_KIND = re.compile(r"(?:^|[-_.])(vl|vision|omni|audio|moe|a\d+(\.\d+)?b|embedding|reranker)(?:[-_.]|$)")


def _named(name: str) -> Checkpoint | None:
    """A checkpoint whose name tells its type for sure, and no size."""
    name = name.lower().replace("_", "-")
    for model_type, pattern in _NAMES.items():
        match = pattern.match(name)
        rest = name[match.end() :] if match else ""
        if match and (not rest or rest[0] in "-.") and not _OF_ANOTHER_KIND.search(rest):
            return Checkpoint(model_type, {}, "its name")
    return None
