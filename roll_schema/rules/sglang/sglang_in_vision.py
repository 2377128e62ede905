"""
SGLang with vision-language models.

Up to ROLL 0.2.0, requests to SGLang carry no images. ROLL 0.2.1 fails on requests with images. The RLVR pipelines for
vision-language models need vLLM there.

    actor_infer:
      strategy_args: {strategy_name: sglang, strategy_config: {}}   # warning: [sglang-in-vision]

Use vLLM:

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}

References:

- ROLL 0.2.0-0.2.1: roll/distributed/strategy/sglang_strategy.py, SgLangStrategy.generate_request
- ROLL 0.1.0-0.1.3: roll/distributed/strategy/sglang_strategy.py, SgLangStrategy.add_request
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
        message = "`sglang` may fail on images before ROLL 0.3.0"
        yield Problem("actor_infer.strategy_args.strategy_name", message, "set `strategy_name: vllm`")
