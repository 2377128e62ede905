"""Sections of the top level about sending requests and weights: `router_args`, `rollout_mock`, `transfer_backend`."""

from typing import Literal

from roll_schema.models.section import DEFAULT, FreeForm, Int, Section


class RouterArguments(Section):
    """Which engine gets a request. A section without `router_name` fails: it is taken for `SglangRouter`."""

    router_name: Literal["PromptAffinityRouter", "EnvAffinityRouter", "SglangRouter"] = DEFAULT
    """`PromptAffinityRouter` keeps a prompt's samples together (RLVR's default), `EnvAffinityRouter` an environment's
    turns (the agentic default). `SglangRouter` needs `grpc_mode`, which ROLL does not implement.
    """

    router_config: FreeForm = DEFAULT
    """Settings of the router."""

    max_running_requests: Int = DEFAULT
    """Requests that each worker of `actor_infer` serves at the same time; takes the place of the top-level key of that
    name, which is then ignored.
    """


class RolloutMockConfig(Section):
    """Records rollouts, or plays recorded ones back in place of the engine, to debug training."""

    enable: bool = DEFAULT
    """Switches recording or playing on."""

    mode: Literal["dump", "mock"] = DEFAULT
    """`dump` records every step's rollout, `mock` plays it back; a step that was not recorded stops the run."""

    dump_dir: str = DEFAULT
    """Directory of the records."""


class TransferBackendArguments(Section):
    """How data travels between workers."""

    backend_name: str = DEFAULT
    """Name of a registered backend; another name stops the run at start."""

    backend_config: FreeForm = DEFAULT
    """Settings of the backend."""
