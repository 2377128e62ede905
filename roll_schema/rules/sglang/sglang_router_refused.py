"""
Unusable SGLang router.

`SglangRouter` needs SGLang's `grpc_mode`, which ROLL does not implement: an assertion stops the pipeline. `router_args`
without a `router_name` selects the same router.

    router_args: {router_name: SglangRouter}   # error: [sglang-router-refused]

Use another router:

    router_args: {router_name: PromptAffinityRouter}

References:

- ROLL 0.2.1-0.3.0: roll/distributed/scheduler/router.py, RouterManager.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, releases=">=0.2.1")
def sglang_router_refused(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if config.router_args is None:
        return
    name = config.router_args.router_name
    usual = "EnvAffinityRouter" if context.pipeline.startswith("agentic") else "PromptAffinityRouter"
    advice = f"set `router_name: {usual}`"
    if name == "SglangRouter":
        message = "unsupported `router_name` `SglangRouter`: it needs `grpc_mode`"
        yield Problem("router_args.router_name", message, advice)
    elif name is None:
        message = "missing `router_name` in `router_args`: the default is the unsupported `SglangRouter`"
        yield Problem("router_args", message, advice, at_key=True)
