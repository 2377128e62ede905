"""
SGLang in the pipeline for vision-language models.

Before ROLL 0.3.0, RLVR with images generates with vLLM only.

    actor_infer:
      strategy_args: {strategy_name: sglang, strategy_config: {}}   # warning: [sglang-in-vision]

vLLM:

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases="<0.3.0", pipelines=("rlvr_vl", "rlvr_vlmath"))
def sglang_in_vision(config: RLVRConfig) -> Iterator[Problem]:
    if runs_on(config.actor_infer, "sglang"):
        message = "RLVR of vision-language models generates with vLLM only"
        yield Problem("actor_infer.strategy_args.strategy_name", message, "Write `strategy_name: vllm`.")
