"""
A invalid-rollout-only run that lacks what it generates with.

`start_rlvr_rollout_pipeline.py` asserts that `validation.data_args` are there, that vLLM does not start on the random
weights of `load_format: dummy` (the default), and that `sleep_level` is 1.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {load_format: dummy}   # error: [invalid-rollout-only]
    validation:
      data_args: {file_name: [a.jsonl]}

Real weights:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {load_format: auto}
    validation:
      data_args: {file_name: [a.jsonl]}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=("rlvr_rollout",))
def invalid_rollout_only(config: RLVRConfig) -> Iterator[Problem]:
    if config.validation is None or config.validation.data_args is None:
        message = "`validation.data_args` is missing: its rows are what is generated for"
        yield Problem("validation", message, "Add `validation: {data_args: {file_name: [...]}}`.")
    settings = settings_of(config.actor_infer, "vllm")
    place = "actor_infer.strategy_args.strategy_config"
    if settings is None:
        return
    if settings.get("load_format", "dummy") == "dummy":
        message = "no trainer sends weights in this pipeline, and `load_format: dummy` means random ones"
        field = f"{place}.load_format" if "load_format" in settings else place
        yield Problem(field, message, "Write `load_format: auto`.")
    if settings.get("sleep_level", 1) != 1:
        message = f"ROLL asserts a `sleep_level` of 1 here, not {settings.get('sleep_level')}"
        yield Problem(f"{place}.sleep_level", message, "Write `sleep_level: 1`.")
