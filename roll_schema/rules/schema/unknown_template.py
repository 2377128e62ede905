"""
A chat template that ROLL does not have.

RLVR knows templates by name, and another name stops the run when the data is read (in `tag_to_template`, which ROLL
0.3.0 has, while the config is loaded).

    actor_train:
      data_args: {template: qwen_3}   # error: [unknown-template]

Write one of ROLL's names:

    actor_train:
      data_args: {template: qwen3}
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
        return  # a fork may have templates of its own
    known = context.release.registries["templates"]

    def judge(field: str, name: object) -> Iterator[Problem]:
        if isinstance(name, str) and name and name not in known:
            advice, change = did_you_mean(name, known, "Write one of these.")
            listed = ", ".join(f"`{one}`" for one in known)
            yield Problem(
                field,
                f"ROLL {context.release.name} has no template `{name}`, it has {listed}",
                advice,
                change=change,
                effect=Effect.LOAD if field.startswith("tag_to_template") else Effect.STARTUP,
            )

    def of_tags(field: str, named: dict[str, str] | None) -> Iterator[Problem]:
        yield from each((named or {}).items(), lambda tag, name: judge(f"{field}.{tag}", name))

    # The pipelines for images, and the agentic ones, take other names as well.
    if context.pipeline == "rlvr" and context.path in ("", "actor_train.data_args"):
        written = (field for field in ("template", "global_template") if context.is_set(field))
        yield from each(fields_of(section, *written), judge)
    yield from each(fields_of(section, "tag_to_template"), of_tags)
