"""What is known of models: their modules and sizes, and how ROLL reads a `lora_target`."""

from __future__ import annotations

NEVER_LINEAR = frozenset(
    ("self_attn", "act_fn", "input_layernorm", "post_attention_layernorm", "q_norm", "k_norm", "rotary_emb")
)
"""Names that are a container, a norm or an activation in every model that has them."""

KEYWORDS = frozenset(("all", "all-linear", "all_linear", "all-embedding", "all-router"))
"""Names that people write for `every such module`."""

MEGATRON_NAMES = {
    "q_proj": "linear_qkv",
    "k_proj": "linear_qkv",
    "v_proj": "linear_qkv",
    "o_proj": "linear_proj",
    "gate_proj": "linear_fc1",
    "up_proj": "linear_fc1",
    "down_proj": "linear_fc2",
}
"""Layers of transformers, with the layers of Megatron that they are merged into."""

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
"""Names of the same modules in Megatron and in other models, with those of most models in transformers."""


def is_pattern(target: str) -> bool:
    """Whether ROLL keeps a `lora_target` whole, as one regular expression, instead of splitting it at its commas."""
    return any(character in target for character in "*$|(")


def target_names(target: str) -> list[str]:
    """The module names that ROLL makes of a `lora_target`; none if it is a regular expression."""
    return [] if is_pattern(target) else [name.strip() for name in target.split(",")]
