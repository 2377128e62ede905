"""Why two releases without results of their own compute what their neighbours do: ROLL's sources, compared.

`ROLL_GIT` names a git directory of ROLL, with its releases as tags. A function is the same in both releases, or its
difference was read, and is recognised by its digest.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import os
import subprocess
from functools import cache

import pytest

from roll_schema.facts import supported

GIT = os.environ.get("ROLL_GIT", "")
TWINS = {"0.1.1": "0.1.3", "0.2.0": "0.2.1"}

_RLVR, _WORKER = "roll/pipeline/rlvr/actor_worker.py", "roll/pipeline/base_worker.py"
_CONFIG, _STRATEGY = "roll/configs/base_config.py", "roll/distributed/strategy"
FUNCTIONS = {
    "roll/utils/functionals.py": (
        "RunningMoments append_to_dict agg_loss masked_mean masked_sum masked_var masked_whiten compute_approx_kl "
        "compute_clip_fraction expand_to_token_level reward_norm difficulty_mask get_sample_level_mask "
        "compute_token_reward reward_postprocess compute_advantage compute_reinforce_return reduce_metrics "
        "log_probs_from_logits entropy_from_logits batch_balance get_seqlen_balanced_partitions"
    ),
    "roll/utils/kl_controller.py": "AdaptiveKLController FixedKLController get_kl_controller",
    "roll/utils/train_infer_corrections.py": (
        "_compute_all_granularity compute_train_infer_correction apply_train_infer_correction_to_batch"
    ),
    _RLVR: "ActorWorker.loss_func ActorWorker.compute_sample_weights",
    _WORKER: "ActorWorker.train_step ActorWorker.get_old_log_probs_with_cache",
    _CONFIG: "PPOConfig.set_old_logprobs_status",
    f"{_STRATEGY}/strategy.py": "InferenceStrategy._get_batch_num_tokens InferenceStrategy._get_global_valid_samples",
    f"{_STRATEGY}/deepspeed_strategy.py": (
        "DeepSpeedTrainStrategy.train_step DeepSpeedInferStrategy.op_compute_log_probs "
        "DeepSpeedInferStrategy.op_compute_entropy"
    ),
    f"{_STRATEGY}/fsdp2_strategy.py": (
        "FSDP2TrainStrategy.train_step FSDP2InferStrategy.op_compute_log_probs FSDP2InferStrategy.op_compute_entropy"
    ),
    "roll/distributed/scheduler/protocol.py": (
        "DataProto.make_iterator DataProto.chunk DataProto.group_by DataProto.concat DataProto.reorder"
    ),
    "roll/pipeline/rlvr/rlvr_pipeline.py": "RLVRPipeline.run",
}

_LATER = "settings that 0.1.1 does not have, which are off there"
REVIEWED: dict[tuple[str, str], tuple[str, str]] = {
    ("0.1.1", "agg_loss"): ("be40104088b3", "adds a factor of dynamic batching, which roll-run refuses"),
    ("0.1.1", "compute_token_reward"): ("629a360ef041", "the type of a parameter"),
    ("0.1.1", "reduce_metrics"): ("cd34874a72ce", "metrics only: largest and smallest values were averaged"),
    ("0.1.1", "ActorWorker.loss_func"): ("33fc6e974e1d", f"adds {_LATER}, their metrics, and that factor"),
    ("0.1.1", "ActorWorker.train_step"): ("a1b33acbde83", "adds dynamic batching, and forgets remembered values"),
    ("0.1.1", "ActorWorker.get_old_log_probs_with_cache"): ("92fe8c2d5fd5", "0.1.1 always recomputes them"),
    ("0.1.1", "PPOConfig.set_old_logprobs_status"): ("4995ccedd09f", "0.1.1 always recomputes them"),
    ("0.1.1", "DataProto.concat"): ("da7a176f4c21", "metrics only: lists where there were arrays"),
    ("0.1.1", "RLVRPipeline.run"): (
        "5970271538ed",
        "adds asynchronous generation and dynamic batching, which roll-run refuses; names metrics by domain; the order "
        "of masks, rewards, KL, advantages and training is the same",
    ),
    ("0.2.0", "compute_advantage"): ("66ebb584a1c2", "adds on-policy distillation, which roll-run refuses"),
    ("0.2.0", "ActorWorker.loss_func"): (
        "295b5642edaf",
        "metrics only: 0.2.0 divides three of them by a mapping, which fails for `token-mean` and which roll-run refuses",
    ),
    ("0.2.0", "ActorWorker.train_step"): ("087c1fda21ab", "metrics only: sums are divided by the optimizer steps"),
    ("0.2.0", "FSDP2TrainStrategy.train_step"): ("150e0a7f6395", "adds autocast to the model's forward pass"),
    ("0.2.0", "RLVRPipeline.run"): ("6ea32a96da20", "hands the config on for distillation; runs without validation"),
}
"""The digest of a function's difference, and why it changes no number of the release without results."""

EVERY = [(release, path, name) for release in TWINS for path, names in FUNCTIONS.items() for name in names.split()]


@pytest.mark.skipif(not GIT, reason="ROLL_GIT is not set")
@pytest.mark.parametrize(("release", "path", "name"), EVERY)
def test_a_function_is_that_of_the_next_release(release: str, path: str, name: str) -> None:
    ours, theirs = (lines_of(tag, path, name) for tag in (release, TWINS[release]))
    assert any(lines_of(twin, path, name) for twin in TWINS.values()), "no release has such a function"
    digest, reason = REVIEWED.get((release, name), ("", ""))
    if ours == theirs:
        assert not digest, "the function is the same"
        return
    difference = "\n".join(difflib.unified_diff(ours, theirs, lineterm="", n=0))
    found = hashlib.sha256(difference.encode()).hexdigest()[:12]
    assert found == digest, f"not reviewed:\n{difference}"
    assert reason


def test_every_release_is_known_by_results_or_by_its_source() -> None:
    by_source = {release for release, ground in supported.ARITHMETIC.items() if "source" in ground}
    assert by_source == set(TWINS)
    assert {release for release, _ in REVIEWED} <= by_source
    assert {name for _, name in REVIEWED} <= {name for _, _, name in EVERY}


@cache
def source(release: str, path: str) -> str:
    """A file of a release; empty where it has none."""
    command = ["git", "--git-dir", GIT, "show", f"v{release}:{path}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def lines_of(release: str, path: str, name: str) -> list[str]:
    """The lines of a function or class without comments, docstrings and what it logs; none where it is missing."""
    text = source(release, path)
    node: ast.AST = ast.parse(text)
    for step in name.split("."):
        found = [item for item in getattr(node, "body", ()) if getattr(item, "name", "") == step]
        if not found:
            return []
        node = found[0]
    silent = {line for item in ast.walk(node) if is_silent(item) for line in range(item.lineno, item.end_lineno + 1)}  # type: ignore[attr-defined]
    lines = text.splitlines()
    numbers = range(node.lineno, node.end_lineno + 1)  # type: ignore[attr-defined]
    kept = (lines[number - 1].partition("  #")[0].rstrip() for number in numbers if number not in silent)
    return [line for line in kept if line and not line.lstrip().startswith("#")]


def is_silent(node: ast.AST) -> bool:
    """Whether a statement computes nothing: a string alone, or a message."""
    if not isinstance(node, ast.Expr):
        return False
    if isinstance(node.value, ast.Constant):
        return isinstance(node.value.value, str)
    return isinstance(node.value, ast.Call) and "logger." in ast.unparse(node.value.func)
