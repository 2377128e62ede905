"""
Unknown worker class.

`worker_cls`, `env_manager_cls` of an environment, `group_filter_cls` and `user_defined_rollout_loop_cls` are dotted
paths. ROLL imports them only when it creates the workers. Classes moved between releases: a path that starts with
`roll.` and does not exist stops the run.

    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_reward_worker.MathRuleRewardWorker   # error: [unknown-worker-class]
        world_size: 8

Write the path of the release:

    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker
        world_size: 8

References:

- ROLL 0.1.0-0.3.0: roll/distributed/executor/cluster.py, worker_cls = safe_import_class(worker_cls)
- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/environment_worker.py, safe_import_class(env_config["env_manager_cls"])
- ROLL 0.2.0-0.3.0: roll/distributed/scheduler/generate_scheduler.py, pipeline_config.user_defined_rollout_loop_cls
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
        return  # a fork may have other classes
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
    """A class that users may write; the class of that name in ROLL has one path."""
    if isinstance(path, str) and "." not in path:
        message = f"invalid class path `{path}`: missing module"
        yield Problem(field, message, f"use a dotted path such as `{own}`", effect=Effect.WORKER_START)
    elif isinstance(path, str) and path.rpartition(".")[2] == own.rpartition(".")[2]:
        yield from _problem(field, path, [own], context, Effect.WORKER_START)


def _problem(field: str, path: object, known: list[str], context: Context, effect: Effect) -> Iterator[Problem]:
    if not isinstance(path, str) or not path.startswith("roll.") or path in known:
        return
    name = path.rpartition(".")[2]
    better = next((other for other in known if other.endswith(f".{name}")), None) or closest(path, known, cutoff=0.8)
    advice = f"did you mean `{better}`?" if better else "correct the path, or use your own class"
    yield Problem(field, f"unknown class `{path}` in ROLL {context.release.name}", advice, effect=effect)
