"""Which release and which pipeline a config is for, and what tells it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path

from roll_schema import models
from roll_schema.engine.result import UNDECIDED, Choice
from roll_schema.engine.settings import Setting
from roll_schema.facts import releases
from roll_schema.source import files
from roll_schema.source.diagnostic import Fault
from roll_schema.source.text import Span
from roll_schema.source.tree import Node, lookup

_DISTINCTIVE = {
    "agentic": ("custom_envs", "train_env_manager", "val_env_manager"),
    "onpolicy_distill": ("student_train", "student_infer"),
    "sft": ("sft_train",),
    "distill": ("student", "student_pretrain", "teacher_pretrain", "kd_objective"),
    "dpo": ("chosen_key", "rejected_key", "ipo"),
    "reward_fl": ("diffusion_model", "loss_clip"),
    "rlvr": ("rewards", "num_return_sequences_in_group", "actor_train", "actor_infer", "adv_estimator"),
}
"""Keys that only one pipeline's config has; the first that matches counts."""

_WORKERS = re.compile(r"roll\.pipeline\.(agentic|distill|dpo|rlvr|sft|diffusion)\.")
_VISION = re.compile(r"(?i)(?<![a-z])(vl|omni)(?![a-z])")
_START = re.compile(r"start_(\w+?)_pipeline\.py")
_MAX_SCRIPTS = 64
_MAX_SCRIPT_BYTES = 64 * 1024
CANDIDATES = ("rlvr", "agentic", "dpo", "sft", "distill", "reward_fl")
"""Pipelines with a config class of their own, of which an undecided config is one."""


def first(*asked: Setting | None) -> Choice | None:
    """The first of several settings, most explicit first."""
    return next((Choice(str(setting.value), setting.reason) for setting in asked if setting is not None), None)


def release(path: Path, *asked: Setting | None) -> Choice:
    """The release to check against."""
    return first(*asked) or _checked_out(path) or Choice(releases.DEFAULT_NAME, "default")


def _checked_out(path: Path) -> Choice | None:
    """The release that a ROLL checkout around the config is nearest to."""
    folder = files.resolve(path.parent)
    for up in (folder, *folder.parents):
        if files.is_file(up / "roll" / "configs" / "worker_config.py"):
            from roll_schema.facts import forks  # only who works in a checkout pays for it
            from roll_schema.facts.forks.checkout import InvalidCheckout

            files.not_to_be_kept()  # since it is read by its own door
            try:
                return Choice(forks.release_of(up).name, f"nearest to the ROLL checkout {up.name}")
            except InvalidCheckout:
                return None
    return None


def pipeline(root: Node, path: Path, known: Container[str], *asked: Setting | None) -> Choice:
    """The pipeline of a composed config; UNDECIDED when nothing tells. `known` are the release's."""
    told = by_keys(root, known)
    return first(*asked) or _started(path, told) or told


def by_keys(root: Node, known: Container[str] = models.PIPELINES) -> Choice:
    """The pipeline that the config's own keys tell."""
    keys = root.value if isinstance(root.value, dict) else {}
    strategy = lookup(root, ("actor_train", "strategy_args", "strategy_name"))
    if strategy is not None and str(strategy.value).startswith("diffusion"):
        return Choice("reward_fl", "`actor_train` trains a diffusion model")
    for name, distinctive in _DISTINCTIVE.items():
        key = next((key for key in distinctive if key in keys), None)
        if key is None:
            continue
        worker = lookup(root, ("actor_train", "worker_cls"))
        told = _WORKERS.match(str(worker.value)) if worker is not None else None
        if name == "rlvr" and told and told[1] in ("dpo", "diffusion"):
            return Choice({"diffusion": "reward_fl"}.get(told[1], told[1]), f"`worker_cls` is of {told[1]}")
        return _variant(root, name, key, known)
    return Choice(UNDECIDED, "no key tells")


def _variant(root: Node, name: str, key: str, known: Container[str]) -> Choice:
    """Text or vision-language, training or rollouts alone: the start scripts differ, the config's class does not."""
    trains = any(lookup(root, ("actor_train", part)) for part in ("device_mapping", "strategy_args", "training_args"))
    if name == "agentic" and not trains:
        absent = lookup(root, ("actor_train",)) is None
        trainer = "no `actor_train`" if absent else "an `actor_train` that is not placed"
        return Choice("agentic_rollout", f"has `{key}` and {trainer}")
    sees = lookup(root, ("actor_infer", "strategy_args", "strategy_config", "limit_mm_per_prompt"))
    model = lookup(root, ("student_pretrain" if name == "distill" else "pretrain",))
    if name in ("rlvr", "distill") and (sees is not None or (model is not None and _VISION.search(str(model.value)))):
        shares = lookup(root, ("actor_train", "data_args", "domain_interleave_probs"))
        maths = shares is None and "rlvr_vlmath" in known
        variant = "distill_vl" if name == "distill" else "rlvr_vlmath" if maths else "rlvr_vl"
        return Choice(variant, "the model is a vision-language model")
    return Choice(name, f"has `{key}`")


def _started(path: Path, told: Choice) -> Choice | None:
    """What the shell scripts beside the config start with it; the config's own keys decide between several."""
    found = dict(_start_scripts(path))
    if told.name in found:
        return Choice(told.name, f"{found[told.name]} starts it")
    if len(found) == 1:
        name, script = next(iter(found.items()))
        return Choice(name, f"{script} starts it")
    return None


def _start_scripts(path: Path) -> Iterator[tuple[str, str]]:
    named = re.compile(rf"(?<![\w.-]){re.escape(path.stem)}(?![\w-])")
    try:
        for name in files.names(path.parent, ".sh")[:_MAX_SCRIPTS]:
            script = path.parent / name
            state = files.state(script)
            if state is None or state[0] > _MAX_SCRIPT_BYTES:
                continue
            text = files.read(script, _MAX_SCRIPT_BYTES).decode("utf-8", "replace")
            start = _START.search(text)
            if start and start[1] in models.PIPELINES and named.search(text):
                yield start[1], script.name
    except OSError:
        return


def not_in_release(pipeline: str, release: releases.Release, span: Span) -> Iterator[Fault]:
    """What is wrong when the release has no such pipeline."""
    if pipeline not in release.pipelines:
        names = [name for name in releases.NAMES if pipeline in releases.load(name).pipelines]
        message = (
            f"ROLL {release.name} has no {pipeline} pipeline, and no script that starts one: {releases.have(names)} it"
        )
        help_text = "Name the release with `--roll-release`, or another pipeline with `--pipeline`."
        yield Fault("pipeline-not-in-release", message, span, help_text, blocking=True)


def is_pipeline_config(root: Node) -> bool:
    """Whether a parsed file is a config of its own rather than a fragment: it includes others, or has their keys."""
    keys = root.value if isinstance(root.value, dict) else {}
    defaults = keys.get("defaults")
    # Workflows of GitHub have a `defaults` too, which is no list.
    includes = defaults is not None and isinstance(defaults.value, list)
    return includes or any(key in keys for key in _named())


def mentions_pipeline(text: str) -> bool:
    """Whether a text has a key of ROLL's configs at the start of a line, be it YAML or not."""
    return _mention().search(text) is not None


@cache
def _mention() -> re.Pattern[str]:
    return re.compile(rf"^(?:{'|'.join(sorted(_named()))}):", re.MULTILINE)


def _named() -> set[str]:
    return {key for keys_of in _DISTINCTIVE.values() for key in keys_of} - {"custom_envs"}
