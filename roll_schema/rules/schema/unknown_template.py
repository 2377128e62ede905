"""
Unknown chat template.

RLVR looks up chat templates by name. Another name stops the run when ROLL reads the data. ROLL 0.3.0 checks the names
in `tag_to_template` while it loads the config.

    actor_train:
      data_args: {template: qwen_3}   # error: [unknown-template]

Set a template that ROLL has:

    actor_train:
      data_args: {template: qwen3}

References:

- ROLL 0.1.0-0.3.0: roll/datasets/chat_template.py, get_chat_template
- ROLL 0.3.0: roll/pipeline/rlvr/rlvr_config.py, in tag_to_template not found
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.models.each import each
from roll_schema.models.section import Section, fields_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity


@rule(Severity.ERROR, effect=Effect.STARTUP)
def unknown_template(section: Section, context: Context) -> Iterator[Problem]:
    if context.release.changed:
        return  # a fork may have other templates
    known = context.release.registries["templates"]

    def judge(field: str, name: object) -> Iterator[Problem]:
        if isinstance(name, str) and name and name not in known:
            choices = ", ".join(f"`{one}`" for one in known)
            advice, change = did_you_mean(name, known, f"use one of {choices}")
            effect = Effect.LOAD if field.startswith("tag_to_template") else Effect.STARTUP
            message = f"unknown chat template `{name}` in ROLL {context.release.name}"
            yield Problem(field, message, advice, effect=effect, change=change)

    def of_tags(field: str, named: dict[str, str] | None) -> Iterator[Problem]:
        yield from each((named or {}).items(), lambda tag, name: judge(f"{field}.{tag}", name))

    # The vision-language and agentic pipelines accept other names as well.
    if context.pipeline == "rlvr" and context.path in ("", "actor_train.data_args"):
        templates = (field for field in ("template", "global_template") if context.is_set(field))
        yield from each(fields_of(section, *templates), judge)
    yield from each(fields_of(section, "tag_to_template"), of_tags)
