"""
A router for SGLang that cannot work.

From ROLL 0.2.1 `SglangRouter` asks for `grpc_mode`, which is not implemented. `router_args` without a `router_name`
takes the same path, and a `max_running_requests` at the top level is then ignored.

    router_args: {router_name: SglangRouter}   # error: [unusable-router]

One that works:

    router_args: {router_name: PromptAffinityRouter}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, releases=">=0.2.1")
def unusable_router(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if config.router_args is None:
        return
    name = config.router_args.router_name
    usual = "EnvAffinityRouter" if context.pipeline.startswith("agentic") else "PromptAffinityRouter"
    advice = f"Write `router_name: {usual}`."
    if name == "SglangRouter":
        message = "`SglangRouter` needs `grpc_mode`, which is not implemented"
        yield Problem("router_args.router_name", message, advice)
    elif name is None:
        message = "`router_args` without `router_name` asks for SGLang's router, which is not usable"
        yield Problem("router_args", message, advice, at_key=True)
    elif context.is_set("max_running_requests"):
        message = "`max_running_requests` is not used beside `router_args`, which have their own"
        advice = "Write it in `router_args`."
        yield Problem("max_running_requests", message, advice, severity=Severity.WARNING, effect=Effect.IGNORED)
