"""
Batch not divisible among environments.

Detects a `val_batch_size` that is not a multiple of the validation environments (`num_env_groups` × `group_size`), and
a `rollout_batch_size` that is not a multiple of the `group_size` in training. ROLL asserts both at load. A negative
`val_batch_size` has no limit, and is not checked.

    val_batch_size: 1000   # error: [uneven-environment-batch]
    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    val_env_manager:
      num_env_groups: 128
      group_size: 1
      tags: [SimpleSokoban]
      num_groups_partition: [128]

Use a multiple:

    val_batch_size: 1024
    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    val_env_manager:
      num_env_groups: 128
      group_size: 1
      tags: [SimpleSokoban]
      num_groups_partition: [128]

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/agentic/agentic_config.py, self.val_batch_size % val_env_num == 0
- ROLL 0.2.0-0.3.0: roll/pipeline/agentic/agentic_config.py, self.rollout_batch_size % self.train_env_manager.group_size
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from roll_schema.facts.devices import oddest
from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.ERROR, effect=Effect.LOAD, releases=">=0.1.3")
def uneven_environment_batch(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    batches = {"val_batch_size": ("val_env_manager", ["num_env_groups", "group_size"])}
    if context.release.matches(">=0.2.0"):
        batches["rollout_batch_size"] = ("train_env_manager", ["group_size"])

    def judge(batch: str, trajectories: int) -> Iterator[Problem]:
        manager, keys = batches[batch]
        if trajectories < 0:
            return
        sizes = {f"{manager}.{key}": getattr(getattr(config, manager), key) for key in keys}
        divisor = prod(sizes.values())
        if divisor and trajectories % divisor:
            places = {path: size for path, size in sizes.items() if context.is_set(path)}
            blamed = oddest(batch, trajectories, places)
            arithmetic = " × ".join(f"`{key}` {size}" for key, size in zip(keys, sizes.values(), strict=True))
            yield Problem(
                blamed,
                f"`{batch}: {trajectories}` is not divisible by {divisor} ({arithmetic})",
                f"set `{batch}: {max(trajectories // divisor, 1) * divisor}`",
                {path: "part of the division" for path in (batch, *places) if path != blamed},
            )

    yield from each(fields_of(config, *batches), judge)
