"""
A way to the model that ROLL does not have.

`proxy_type` is one of three names, looked up when the environment workers start.

    train_env_manager:
      llm_proxy: {proxy_type: polcy}   # error: [unknown-proxy]

Write one of them:

    train_env_manager:
      llm_proxy: {proxy_type: policy}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import LLMProxyConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def unknown_proxy(proxy: LLMProxyConfig) -> Iterator[Problem]:
    known = ("policy", "openai", "random")
    if proxy.proxy_type not in known:
        message = f"there is no `proxy_type: {proxy.proxy_type}`"
        advice, change = did_you_mean(proxy.proxy_type, known, "Write `policy`, `openai` or `random`.")
        yield Problem("proxy_type", message, advice, change=change)
