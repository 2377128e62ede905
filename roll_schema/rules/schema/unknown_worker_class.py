"""
A class of ROLL's that the release does not have.

`worker_cls`, and `env_manager_cls` of an environment, are dotted paths that are imported only when the group of workers
is created. Classes moved between releases; one of ROLL's own that is not where the path says stops the run.

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

from roll_schema.diagnostic import Severity
from roll_schema.models.section import Section
from roll_schema.rule import Context, Problem, rule
from roll_schema.text import closest
from roll_schema.workers import environment_setting


@rule(Severity.ERROR, fails="at start")
def unknown_worker_class(section: Section, context: Context) -> Iterator[Problem]:
    if context.release.changed:
        return  # a fork may have classes of its own
    registries = context.release.registries
    if context.is_set("worker_cls") and "worker_cls" in type(section).model_fields:
        known = [*registries["worker_classes"], *registries["reward_worker_classes"]]
        yield from _problem("worker_cls", getattr(section, "worker_cls", None), known, context, "at start")
    for name, environment in (getattr(section, "custom_envs", None) or {}).items():
        path = environment_setting(environment, "env_manager_cls")
        field = f"custom_envs.{name}.env_manager_cls"
        yield from _problem(field, path, registries["env_manager_classes"], context, "at worker start")


def _problem(field: str, path: object, known: list[str], context: Context, fails: str) -> Iterator[Problem]:
    if not isinstance(path, str) or not path.startswith("roll.") or path in known:
        return
    last = path.rpartition(".")[2]
    better = next((other for other in known if other.endswith(f".{last}")), None) or closest(path, known, cutoff=0.8)
    advice = f"Did you mean `{better}`?" if better else "Correct the path, or name a class of your own."
    yield Problem(field, f"ROLL {context.release.name} has no class `{path}`", advice, fails=fails)
