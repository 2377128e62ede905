"""
Unknown LLM proxy.

Detects a `proxy_type` other than `policy`, `openai` and `random`. It is looked up when the environment workers start.

    train_env_manager:
      llm_proxy: {proxy_type: polcy}   # error: [unknown-proxy]

Use one of the three:

    train_env_manager:
      llm_proxy: {proxy_type: policy}

References:

- ROLL 0.1.0: roll/agentic/llm_proxy/__init__.py, create_llm_proxy
- ROLL 0.1.1-0.3.0: roll/pipeline/agentic/llm_proxy/__init__.py, create_llm_proxy
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import LLMProxyConfig

PROXIES = ("policy", "openai", "random")


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def unknown_proxy(proxy: LLMProxyConfig) -> Iterator[Problem]:
    if proxy.proxy_type not in PROXIES:
        advice, change = did_you_mean(proxy.proxy_type, PROXIES, "set `proxy_type: policy`")
        yield Problem("proxy_type", f"unknown LLM proxy `{proxy.proxy_type}`", advice, change=change)
