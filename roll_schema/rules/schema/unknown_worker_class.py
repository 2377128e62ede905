"""
A class of ROLL's that the release does not have.

`worker_cls`, `env_manager_cls` of an environment, `group_filter_cls` and `user_defined_rollout_loop_cls` are dotted
paths that are imported only when the group of workers is created. Classes moved between releases; one of ROLL's own
that is not where the path says stops the run.

    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_reward_worker.MathRuleRewardWorker   # error: [unknown-worker-class]
        world_size: 8

Write the path that the release has:

    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker
        world_size: 8
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from roll_schema.models.each import each
from roll_schema.models.section import Section, fields_of
from roll_schema.models.validation import facts_of
from roll_schema.planning.workers import environment_setting
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import closest

_HOOKS = ("group_filter_cls", "user_defined_rollout_loop_cls")


@rule(Severity.ERROR, effect=Effect.STARTUP)
def unknown_worker_class(section: Section, context: Context) -> Iterator[Problem]:
    if context.release.changed:
        return  # a fork may have classes of its own
    registries = context.release.registries
    facts = facts_of(type(section), context.release)

    def worker_class(field: str, path: object) -> Iterator[Problem]:
        if context.is_set(field):
            known = [*registries["worker_classes"], *registries["reward_worker_classes"]]
            yield from _problem(field, path, known, context, Effect.STARTUP)

    def environments(field: str, named: dict[str, Any] | None) -> Iterator[Problem]:
        yield from each((named or {}).items(), environment)

    def environment(name: str, settings: object) -> Iterator[Problem]:
        path, field = environment_setting(settings, "env_manager_cls"), f"custom_envs.{name}.env_manager_cls"
        yield from _problem(field, path, registries["env_manager_classes"], context, Effect.WORKER_START)

    def hook(field: str, path: object) -> Iterator[Problem]:
        if context.is_set(field) and field in facts:
            yield from _hook(field, path, str(facts[field]["default"]), context)

    yield from each(fields_of(section, "worker_cls"), worker_class)
    yield from each(fields_of(section, "custom_envs"), environments)
    yield from each(fields_of(section, *_HOOKS), hook)


def _hook(field: str, path: object, own: str, context: Context) -> Iterator[Problem]:
    """A class that the user may write; ROLL's own has one place."""
    if isinstance(path, str) and "." not in path:
        message = f"`{path}` names a class and no module to import it from"
        yield Problem(field, message, f"Write a dotted path, such as `{own}`.", effect=Effect.WORKER_START)
    elif isinstance(path, str) and path.rpartition(".")[2] == own.rpartition(".")[2]:
        yield from _problem(field, path, [own], context, Effect.WORKER_START)


def _problem(field: str, path: object, known: list[str], context: Context, effect: Effect) -> Iterator[Problem]:
    if not isinstance(path, str) or not path.startswith("roll.") or path in known:
        return
    last = path.rpartition(".")[2]
    better = next((other for other in known if other.endswith(f".{last}")), None) or closest(path, known, cutoff=0.8)
    advice = f"Did you mean `{better}`?" if better else "Correct the path, or name a class of your own."
    yield Problem(field, f"ROLL {context.release.name} has no class `{path}`", advice, effect=effect)
