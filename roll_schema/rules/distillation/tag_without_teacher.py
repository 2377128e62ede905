"""
Tag without a teacher.

Detects tags of environments and rewards for which no teacher computes log-probabilities. In the agentic pipeline each
tag is a domain; in RLVR each reward is a domain with all of its tags. A domain goes to every teacher that has one of
its tags in `tag_included`, or that has no `tag_included`. A domain without a teacher gets no distillation signal: in
pure distillation, nothing is learned from its rows.

    use_opd: true
    teacher:
      math: {tag_included: [deepmath], device_mapping: "list(range(0,8))"}
    rewards:
      code: {tag_included: [KodCode]}   # info: [tag-without-teacher]

Add the tag to a teacher:

    use_opd: true
    teacher:
      math: {tag_included: [deepmath, KodCode], device_mapping: "list(range(0,8))"}
    rewards:
      code: {tag_included: [KodCode]}

References:

- ROLL 0.3.0: roll/utils/functionals.py, build_domain_to_teacher_names
- ROLL 0.3.0: roll/pipeline/rlvr/rlvr_config.py, self.domain_2_tag
- ROLL 0.3.0: roll/pipeline/agentic/agentic_config.py, self.domain_2_tag[tag] = {tag}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
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
            consequence = ": nothing is learned from its rows" if context.distills else ""
            yield Problem(
                place,
                f"tag `{tag}` has no teacher{consequence}",
                f"add `{tag}` to `tag_included` of a teacher",
                also={"teacher": "the teachers"},
                severity=Severity.WARNING if context.distills else None,
            )

    def of_environments(path: str, manager: EnvManagerConfig | None) -> Iterator[Problem]:
        yield from each(items_of(f"{path}.tags", manager.tags if manager is not None else []), judge)

    def of_reward(name: str, reward: RewardConfig) -> Iterator[Problem]:
        # One tag with a teacher is enough for all rows of the reward.
        if covered.isdisjoint(reward.tag_included):
            yield from each(items_of(f"rewards.{name}.tag_included", reward.tag_included), judge)

    yield from each(fields_of(config, "train_env_manager"), of_environments)
    yield from each((getattr(config, "rewards", None) or {}).items(), of_reward)
