"""
Asynchronous generation on shared GPUs.

With `async_generation_ratio` above 0, ROLL generates the next samples while the policy trains. That needs separate
GPUs: on shared GPUs one waits for the other, or both compete for memory. The RLVR pipeline only logs a warning. The
agentic pipeline accepts it before ROLL 0.2.0 and refuses it since.

    async_generation_ratio: 1
    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      device_mapping: list(range(0,8))   # warning: [async-on-shared-devices]

Use separate GPUs:

    async_generation_ratio: 1
    actor_train:
      device_mapping: list(range(0,4))
    actor_infer:
      device_mapping: list(range(4,8))

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/rlvr/rlvr_config.py, RLVRConfig.__post_init__
- ROLL 0.2.0-0.3.0: roll/pipeline/agentic/agentic_pipeline.py, AgenticPipeline._validate_partial_gpu_config
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import gpus
from roll_schema.models.each import each
from roll_schema.planning.workers import device_set, has_reference, workers_of
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, releases=">=0.1.3", pipelines=(*RLVR_TRAINING, "agentic"))
def async_on_shared_devices(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    infer = device_set(config.actor_infer)
    if not config.async_generation_ratio or not infer:
        return
    if context.pipeline == "agentic" and context.release.matches(">=0.2.0"):
        return  # partial-overlap-refused reports it

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        name = roles.written(role)
        if shared := infer & device_set(worker) if _is_started(role, config) else None:
            yield Problem(
                "actor_infer.device_mapping",
                f"`device_mapping` conflicts with `async_generation_ratio`: `{name}` also uses {gpus(shared)}",
                f"give `{roles.infer}` separate GPUs, or set `async_generation_ratio: 0`",
                also={f"{role}.device_mapping": f"`{name}` uses the same GPUs"},
            )

    yield from each(workers_of(config), judge)


def _is_started(role: str, config: PPOConfig) -> bool:
    """Whether ROLL starts the workers of a role."""
    if role == "critic":
        return config.adv_estimator == "gae"
    if role == "reference":
        return has_reference(config)
    return role == "actor_train" or role.startswith("rewards.")
