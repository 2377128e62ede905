"""Which release and which pipeline a config is for."""

from __future__ import annotations

import re
from typing import Any

from roll_schema import releases
from roll_schema.tree import Node

_DISTINCTIVE = {
    "agentic": ("custom_envs", "train_env_manager", "val_env_manager"),
    "sft": ("sft_train",),
    "distill": ("student", "teacher"),
    "dpo": ("chosen_key", "rejected_key"),
    "reward_fl": ("diffusion_model", "loss_clip"),
    "rlvr": ("rewards", "num_return_sequences_in_group", "actor_train", "actor_infer", "adv_estimator"),
}
"""Keys that only one pipeline's config has; the first that matches counts."""

_VISION = re.compile(r"(?i)(?<![a-z])vl(?![a-z])")


def release(asked: str | None) -> tuple[str, str]:
    """The release to check against, and why."""
    if asked is not None:
        return asked, "--roll-release"
    return releases.DEFAULT_NAME, "default"


def pipeline(root: Node, asked: str | None) -> tuple[str, str]:
    """The pipeline of a composed config, and why; `unknown` when nothing tells."""
    if asked is not None:
        return asked, "--pipeline"
    keys = root.value if isinstance(root.value, dict) else {}
    if _strategy(keys, "actor_train").startswith("diffusion"):
        return "reward_fl", "`actor_train` trains a diffusion model"
    for name, distinctive in _DISTINCTIVE.items():
        for key in distinctive:
            if key in keys:
                return _rlvr(keys, key) if name == "rlvr" else (name, f"has `{key}`")
    return "unknown", "no key tells"


def _rlvr(keys: dict[Any, Node], key: str) -> tuple[str, str]:
    """Text or vision-language: the start scripts differ, the config's class does not."""
    model = keys["pretrain"].value if "pretrain" in keys else None
    if not isinstance(model, str) or not _VISION.search(model):
        return "rlvr", f"has `{key}`"
    here: Any = keys.get("actor_train")
    for step in ("data_args", "domain_interleave_probs"):
        here = here.value.get(step) if here is not None and isinstance(here.value, dict) else None
    return ("rlvr_vlmath" if here is None else "rlvr_vl"), "`pretrain` is a vision-language model"


def _strategy(keys: dict[Any, Node], role: str) -> str:
    here: Any = keys.get(role)
    for step in ("strategy_args", "strategy_name"):
        here = here.value.get(step) if here is not None and isinstance(here.value, dict) else None
    return str(here.value) if here is not None else ""


def is_pipeline_config(root: Node) -> bool:
    """Whether a parsed file is a config of its own rather than a fragment: it includes others, or has their keys."""
    keys = root.value if isinstance(root.value, dict) else {}
    named = {key for keys_of in _DISTINCTIVE.values() for key in keys_of} - {"custom_envs"}
    return "defaults" in keys or any(key in keys for key in named)
