"""
Invalid config for rollouts without training.

`start_rlvr_rollout_pipeline.py` generates completions for the prompts of `validation.data_args`. ROLL asserts that
these are set. It asserts that the engine does not start with the random weights of `load_format: dummy`, the default,
since no trainer sends weights. For vLLM it asserts `sleep_level: 1`.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {load_format: dummy}   # error: [invalid-rollout-only]
    validation:
      data_args: {file_name: [a.jsonl]}

Load the weights:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {load_format: auto}
    validation:
      data_args: {file_name: [a.jsonl]}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_rollout_pipeline.py, RLVRRolloutPipeline.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on, settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=("rlvr_rollout",))
def invalid_rollout_only(config: RLVRConfig) -> Iterator[Problem]:
    if config.validation is None or config.validation.data_args is None:
        message = "missing `validation.data_args`: the pipeline generates completions for its prompts"
        yield Problem("validation", message, "set `validation.data_args: {file_name: [data/math.jsonl]}`")
    settings = settings_of(config.actor_infer, "vllm", "sglang")
    place = "actor_infer.strategy_args.strategy_config"
    if settings is None:
        return
    if settings.get("load_format", "dummy") == "dummy":
        is_set = "load_format" in settings
        default = "" if is_set else " (the default)"
        message = f"`load_format: dummy`{default} leaves random weights: this pipeline has no trainer"
        yield Problem(f"{place}.load_format" if is_set else place, message, "set `load_format: auto`")
    if runs_on(config.actor_infer, "vllm") and settings.get("sleep_level", 1) != 1:
        message = f"`sleep_level` must be 1 for rollouts without training, found `{settings.get('sleep_level')}`"
        yield Problem(f"{place}.sleep_level", message, "set `sleep_level: 1`")
