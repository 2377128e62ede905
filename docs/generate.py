"""The pages of the manual that follow from the code; `make site` builds them with all others.

Rules come from their docstrings, which `roll-lint --explain` prints too, fields from the models and the releases, and
the commands from their own `--help`.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module

import architecture
import click

from roll_schema import models
from roll_schema.cli import COMMANDS
from roll_schema.export import descriptions
from roll_schema.export.descriptions import Field
from roll_schema.facts import coverage, releases
from roll_schema.facts.releases import Release
from roll_schema.models.section import Section
from roll_schema.models.validation import facts_of, section_types
from roll_schema.rules import GROUPS, OPTIONAL_GROUPS, RULES
from roll_schema.rules.rule import Rule
from roll_schema.source import scalars

_WIDTH = 100


def pages() -> dict[str, str]:
    """The text of every page, by its path below `docs`."""
    found = {
        "architecture.md": architecture.page(),
        "reference/roll-run-fields.md": _coverage(),
        "rules/index.md": _rules(),
        "reference/command-line.md": _commands(),
        "fields/index.md": _releases(),
    }
    found |= {f"rules/{name}.md": _rule(rule) for name, rule in RULES.items()}
    for name in releases.NAMES:
        found |= {f"fields/{name}/{path}": text for path, text in _fields(releases.load(name))}
    return found


def _rules() -> str:
    lines = ["# Rules\n", f"{len(RULES)} rules, by group. Select or ignore rules and groups by these names."]
    for group in GROUPS:
        found = sorted((rule for rule in RULES.values() if rule.group == group), key=lambda rule: rule.name)
        target = f"\nOnly with `--target {group}`.\n" if group in OPTIONAL_GROUPS else ""
        lines += [f"\n## {group}\n{target}", "| rule | severity | what is wrong |", "| --- | --- | --- |"]
        for rule in found:
            trial = " *(preview)*" if rule.preview else ""
            first = rule.manual.splitlines()[0].replace("|", "\\|")
            lines.append(f"| [{rule.name}]({rule.name}.md){trial} | {rule.severity.value} | {first} |")
    return "\n".join(lines) + "\n"


def _coverage() -> str:
    """The table of what roll-run makes of each field."""
    lines = ["# Fields in roll-run\n", "What roll-run makes of each field of an RLVR config; `*` stands for one key,"]
    lines += ["`**` for any number of them, and the first row that fits counts.\n"]
    lines += ["| field | in roll-run | reason |", "| --- | --- | --- |"]
    for row in coverage.ROWS:
        allowed = ", ".join(f"`{scalars.shown(value)}`" for value in row.harmless)
        treatment = row.treatment.value + (f", but for {allowed}" if allowed else "")
        lines += [f"| `{field}` | {treatment} | {row.why} |" for field in row.fields]
    return "\n".join(lines) + "\n"


def _rule(rule: Rule) -> str:
    facts = [f"group [{rule.group}](index.md#{rule.group})", f"**{rule.severity.value}**"]
    facts += [rule.effect.value] if rule.effect else []
    facts += [f"ROLL {rule.releases}"] if rule.releases else []
    facts += [f"pipelines {', '.join(rule.pipelines)}"] if rule.pipelines else []
    facts += [f"only with `--target {rule.group}`"] if rule.group in OPTIONAL_GROUPS else []
    facts += ["preview: only with `--preview`, or by its name in `--select`"] if rule.preview else []
    silence = f"Where it shall be silent: `# roll-lint: ignore[{rule.name}] REASON`."
    return f"# {rule.name}\n\n{', '.join(facts)}\n\n{fenced(rule.manual)}\n\n{silence}\n"


def fenced(manual: str) -> str:
    """A manual with its indented examples as blocks of YAML."""

    def block(found: re.Match[str]) -> str:
        return f"\n```yaml\n{textwrap.dedent(found.group()).strip()}\n```\n"

    text = re.sub(r"(?:^    .*\n|^\s*\n(?=    ))+", block, manual + "\n", flags=re.M)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _commands() -> str:
    parts = ["# Command line\n"]
    for name, place in COMMANDS.items():
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(f"roll_schema.cli.{module}"), attribute)
        shown = "roll-lint" if name == "lint" else f"roll-lint {name}"
        context = click.Context(command, info_name=shown, terminal_width=_WIDTH, max_content_width=_WIDTH)
        parts.append(f"## {shown}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _releases() -> str:
    lines = ["# Fields\n", "What each ROLL release reads in a config, pipeline by pipeline.\n"]
    for name in reversed(releases.NAMES):
        release = releases.load(name)
        tops = ", ".join(f"[{top}]({name}/{top}.md)" for top in dict.fromkeys(map(_top, release.pipelines)))
        lines.append(f"- **ROLL {name}**: [sections]({name}/index.md); {tops}")
    return "\n".join(lines) + "\n"


def _top(pipeline: str) -> str:
    return models.of_pipeline(pipeline).class_in_roll()


def _fields(release: Release) -> Iterator[tuple[str, str]]:
    """The pages of a release: one for each class, and their list."""
    found: dict[str, tuple[type[Section], list[str]]] = {}
    for pipeline in release.pipelines:
        _collect(models.of_pipeline(pipeline), pipeline, "", release, found)
    # Older releases are found by their list; a search shows the newest only.
    hidden = "" if release.name == releases.NAMES[-1] else "---\nsearch:\n  exclude: true\n---\n\n"
    lines = [f"{hidden}# ROLL {release.name}\n", "| class | fields | where |", "| --- | --- | --- |"]
    for name, (model, places) in sorted(found.items()):
        count = len(facts_of(model, release))
        lines.append(f"| [{name}]({name}.md) | {count} | {_shown(places)} |")
        yield f"{name}.md", hidden + _class(name, model, places, release)
    yield "index.md", "\n".join(lines) + "\n"


def _collect(
    model: type[Section], pipeline: str, path: str, release: Release, found: dict[str, tuple[type[Section], list[str]]]
) -> None:
    place = f"`{path}`" if path else f"pipeline `{pipeline}`"
    name = model.class_in_roll()
    places = found.setdefault(name, (model, []))[1]
    if place in places:
        return
    places.append(place)
    for key, nested in section_types(model).items():
        if key in facts_of(model, release):
            below = f"{path}.{key}" if path else key
            _collect(nested.model, pipeline, below if nested.alone else f"{below}.*", release, found)


def _shown(places: list[str]) -> str:
    return ", ".join(places[:6]) + (f" and {len(places) - 6} more" if len(places) > 6 else "")


def _class(name: str, model: type[Section], places: list[str], release: Release) -> str:
    about = inspect.cleandoc(model.__doc__ or "")
    parts = [f"# {name} in ROLL {release.name}\n", f"{about} Stands at {_shown(places)}.\n"]
    parts += [_field(field, model, release) for field in descriptions.fields(model, release)]
    if others := descriptions.elsewhere(model, release):
        parts.append("## Keys of other releases\n")
        parts += [f"- `{key}`: {advice}" for key, advice in sorted(others.items())]
    return "\n".join(parts) + "\n"


def _field(field: Field, model: type[Section], release: Release) -> str:
    nested = section_types(model).get(field.name)
    kind = descriptions.type_in_words(field.type) if not field.choices else "choice"
    if nested is not None:
        inner = nested.model.class_in_roll()
        kind = kind.replace(nested.model.__name__, f"[{inner}]({inner}.md)")
    parts = [f"## {field.name}\n", f"*{kind}*\n", field.markdown(release) + "\n"]
    if field.choices:
        parts.append(
            "\n".join(f"- `{scalars.shown(choice)}`{': ' * bool(told)}{told}" for choice, told in field.choices.items())
            + "\n"
        )
    return "\n".join(parts)
