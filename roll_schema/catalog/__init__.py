"""Model families: the modules that an adapter can sit on, and how ROLL reads a `lora_target`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MODELS = Path(__file__).parent / "models"
"""A file for each model type, with an entry for each major release of transformers that has it."""

NEVER_LINEAR = frozenset(
    ("self_attn", "act_fn", "input_layernorm", "post_attention_layernorm", "q_norm", "k_norm", "rotary_emb")
)
"""Names that are a container, a norm or an activation in every model that has them."""

KEYWORDS = frozenset(("all", "all-linear", "all_linear", "all-embedding", "all-router"))
"""Names that people write for `every such module`."""

OTHER_NAMES = {
    "qkv_proj": "q_proj,k_proj,v_proj",
    "linear_qkv": "q_proj,k_proj,v_proj",
    "query_key_value": "q_proj,k_proj,v_proj",
    "c_attn": "q_proj,k_proj,v_proj",
    "W_pack": "q_proj,k_proj,v_proj",
    "linear_proj": "o_proj",
    "out_proj": "o_proj",
    "gate_up_proj": "gate_proj,up_proj",
    "linear_fc1": "gate_proj,up_proj",
    "linear_fc2": "down_proj",
    "w1": "gate_proj",
    "w2": "down_proj",
    "w3": "up_proj",
}
"""Names of the same modules in Megatron and in other models, with those that the families here have."""


@dataclass(frozen=True, slots=True)
class Family:
    """Last names of a model type's modules: `linear` and `embedding` take an adapter, `other` do not."""

    name: str
    linear: tuple[str, ...]
    embedding: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def adaptable(self) -> frozenset[str]:
        return frozenset(self.linear + self.embedding)


_FAMILIES = (
    (re.compile(r"qwen2-(0\.5|1\.5|7|72)b"), "Qwen2", "qwen2"),
    (re.compile(r"qwen2\.5(-coder|-math)?-(0\.5|1\.5|3|7|14|32|72)b"), "Qwen2.5", "qwen2"),
    (re.compile(r"qwen3-(0\.6|1\.7|4|8|14|32)b"), "Qwen3", "qwen3"),
    (re.compile(r"(meta-)?llama-2-(7|13|70)b"), "Llama 2", "llama"),
    (re.compile(r"(meta-)?llama-3(\.[123])?-(1|3|8|70|405)b"), "Llama 3", "llama"),
    (re.compile(r"mistral-7b"), "Mistral", "mistral"),
)
_OF_ANOTHER_KIND = re.compile(r"(?:^|[-_.])(vl|vision|omni|audio|moe|a\d+(\.\d+)?b|embedding|reranker)(?:[-_.]|$)")


def family_of(model: str) -> Family | None:
    """The family that the name of a model's folder or hub id tells for sure; None for every other."""
    name = model.rstrip("/").rpartition("/")[2].lower().replace("_", "-")
    for pattern, title, model_type in _FAMILIES:
        match = pattern.match(name)
        rest = name[match.end() :] if match else ""
        if match and (not rest or rest[0] in "-.") and not _OF_ANOTHER_KIND.search(rest):
            return _family(title, model_type)
    return None


@cache
def class_prefix(model_type: str) -> str | None:
    """What the names of a language model's classes begin with; None where the catalog does not tell."""
    file = MODELS / f"{model_type}.json"
    entries = json.loads(file.read_text(encoding="utf-8")).values() if file.is_file() else ()
    prefixes = {entry["architecture"].removesuffix("ForCausalLM") for entry in entries}
    named = len(prefixes) == 1 and all(entry["architecture"].endswith("ForCausalLM") for entry in entries)
    return prefixes.pop() if named else None


@cache
def _family(title: str, model_type: str) -> Family:
    names: dict[str, list[str]] = {"linear": [], "embedding": [], "other": []}
    for entry in json.loads((MODELS / f"{model_type}.json").read_text(encoding="utf-8")).values():
        for path, kind in entry["modules"].items():
            name = path.rpartition(".")[2]
            group = names["embedding" if path == entry["output"] else kind]
            if not name.startswith("{") and name not in group:
                group.append(name)
    return Family(title, *map(tuple, names.values()))


def is_pattern(target: str) -> bool:
    """Whether ROLL keeps a `lora_target` whole, as one regular expression, instead of splitting it at its commas."""
    return any(character in target for character in "*$|(")


def target_names(target: str) -> list[str]:
    """The module names that ROLL makes of a `lora_target`; none if it is a regular expression."""
    return [] if is_pattern(target) else [name.strip() for name in target.split(",")]
