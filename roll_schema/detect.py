"""Which release and which pipeline a config is for."""

from __future__ import annotations

import re

from roll_schema import releases
from roll_schema.tree import Node, lookup

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
    strategy = lookup(root, ("actor_train", "strategy_args", "strategy_name"))
    if strategy is not None and str(strategy.value).startswith("diffusion"):
        return "reward_fl", "`actor_train` trains a diffusion model"
    for name, distinctive in _DISTINCTIVE.items():
        for key in distinctive:
            if key in keys:
                return _rlvr(root, key) if name == "rlvr" else (name, f"has `{key}`")
    return "unknown", "no key tells"


def _rlvr(root: Node, key: str) -> tuple[str, str]:
    """Text or vision-language: the start scripts differ, the config's class does not."""
    model = lookup(root, ("pretrain",))
    if model is None or not isinstance(model.value, str) or not _VISION.search(model.value):
        return "rlvr", f"has `{key}`"
    shares = lookup(root, ("actor_train", "data_args", "domain_interleave_probs"))
    return ("rlvr_vlmath" if shares is None else "rlvr_vl"), "`pretrain` is a vision-language model"


def is_pipeline_config(root: Node) -> bool:
    """Whether a parsed file is a config of its own rather than a fragment: it includes others, or has their keys."""
    keys = root.value if isinstance(root.value, dict) else {}
    named = {key for keys_of in _DISTINCTIVE.values() for key in keys_of} - {"custom_envs"}
    return "defaults" in keys or any(key in keys for key in named)
