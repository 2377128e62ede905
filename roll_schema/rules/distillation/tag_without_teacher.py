"""
Rows that no teacher is for.

Each teacher is asked about the rows whose tag is in its `tag_included`, or all rows where that is empty. Rows of a
tag that no teacher names get no signal from any: in pure distillation nothing is learned from them.

    use_opd: true
    teacher:
      math: {tag_included: [deepmath], device_mapping: "list(range(0,8))"}
    rewards:
      code: {tag_included: [KodCode]}   # info: [tag-without-teacher]

A teacher for each tag:

    use_opd: true
    teacher:
      math: {tag_included: [deepmath, KodCode], device_mapping: "list(range(0,8))"}
    rewards:
      code: {tag_included: [KodCode]}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of, known
from roll_schema.planning.workers import items_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import EnvManagerConfig
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.reward_config import RewardConfig


@rule(Severity.INFO, effect=Effect.DIFFERENT, releases=">=0.3.0")
def tag_without_teacher(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if not (config.use_opd or context.distills) or not config.teacher:
        return
    teachers = list(config.teacher.values()) if isinstance(config.teacher, dict) else [config.teacher]
    if not all(teacher.tag_included for teacher in teachers):
        return
    covered = {tag for teacher in teachers for tag in teacher.tag_included}

    def judge(place: str, tag: str) -> Iterator[Problem]:
        if tag not in covered:
            yield Problem(
                place,
                f"no teacher is for the tag `{tag}`"
                + (": nothing is learned from its rows" if context.distills else ""),
                "Add it to the `tag_included` of a teacher.",
                also={"teacher": "the teachers"},
                severity=Severity.WARNING if context.distills else None,
            )

    yield from each(_tags(config), judge)


def _tags(config: PPOConfig) -> Iterator[tuple[str, str]]:
    """Every tag of the training data that is known, by its place."""

    def of_environments(path: str, manager: EnvManagerConfig | None) -> Iterator[tuple[str, str]]:
        yield from known(items_of(f"{path}.tags", manager.tags if manager is not None else []))

    def of_reward(name: str, reward: RewardConfig) -> Iterator[tuple[str, str]]:
        yield from known(items_of(f"rewards.{name}.tag_included", reward.tag_included))

    yield from each(fields_of(config, "train_env_manager"), of_environments)
    yield from each((getattr(config, "rewards", None) or {}).items(), of_reward)
