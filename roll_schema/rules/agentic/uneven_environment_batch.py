"""
A batch that the environments cannot share evenly.

Validation plays `val_batch_size` trajectories on `num_env_groups` x `group_size` environments, and training plays
`rollout_batch_size` in groups of `group_size`; ROLL checks while it loads the config that they divide. A negative
`val_batch_size` plays without a limit.

    val_batch_size: 1000   # error: [uneven-environment-batch]
    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    val_env_manager:
      num_env_groups: 128
      group_size: 1
      tags: [SimpleSokoban]
      num_groups_partition: [128]

A multiple comes out even:

    val_batch_size: 1024
    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    val_env_manager:
      num_env_groups: 128
      group_size: 1
      tags: [SimpleSokoban]
      num_groups_partition: [128]
"""

from __future__ import annotations

from collections.abc import Iterator
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

    def judge(batch: str, number: int) -> Iterator[Problem]:
        manager, fields = batches[batch]
        if number < 0:
            return
        sizes = {f"{manager}.{field}": getattr(getattr(config, manager), field) for field in fields}
        product = 1
        for size in sizes.values():
            product *= size
        names = " x ".join(f"`{path}` {size}" for path, size in sizes.items())
        if product and number % product:
            places = {path: size for path, size in sizes.items() if context.is_set(path)}
            blamed = oddest(batch, number, places)
            near = max(number // product, 1) * product
            yield Problem(
                blamed,
                f"`{batch}` {number} is no multiple of {names}" + (f" = {product}" if len(sizes) > 1 else ""),
                f"Write `{batch}: {near}`, or another multiple of {product}."
                if blamed == batch
                else f"Write a `{blamed.rpartition('.')[2]}` that divides {number}, or `{batch}: {near}`.",
                {path: "part of the division" for path in (batch, *places) if path != blamed},
            )

    yield from each(fields_of(config, *batches), judge)
