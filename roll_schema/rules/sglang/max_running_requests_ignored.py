"""
Top-level `max_running_requests` ignored by the router.

Since ROLL 0.2.1, the top-level `max_running_requests` is copied into `router_args` only if the config has none. With
`router_args`, its own `max_running_requests` counts, 128 by default.

    max_running_requests: 256   # warning: [max-running-requests-ignored]
    router_args: {router_name: PromptAffinityRouter}

Set it in `router_args`:

    router_args: {router_name: PromptAffinityRouter, max_running_requests: 256}

References:

- ROLL 0.2.1-0.3.0: roll/pipeline/rlvr/rlvr_config.py, RLVRConfig.__post_init__
- ROLL 0.2.1-0.3.0: roll/pipeline/agentic/agentic_config.py, AgenticConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.2.1")
def max_running_requests_ignored(config: BaseConfig, context: Context) -> Iterator[Problem]:
    router = config.router_args
    # What sglang-router-refused reports stops the run earlier.
    if router is None or router.router_name in (None, "SglangRouter") or not context.is_set("max_running_requests"):
        return
    message = "`max_running_requests` is ignored: `router_args.max_running_requests` replaces it"
    yield Problem("max_running_requests", message, "move `max_running_requests` to `router_args`")
