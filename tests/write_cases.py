"""Write what rules find in their cases: `python -m tests.write_cases [--check] [RULE ...]`, then read the difference.

In `tests/rules/<group>/<rule>.yaml` the manual's examples and all findings are written anew; further cases, with their
names, settings and configs, stay. `--check` writes nothing, and ends with 1 if anything would change.
"""

from __future__ import annotations

import sys
from difflib import unified_diff

import click

from roll_schema.rules import RULES
from tests.conftest import ROOT
from tests.rules import cases


@click.command
@click.argument("names", metavar="RULE", nargs=-1, type=click.Choice(sorted(RULES)))
@click.option("--check", is_flag=True)
def main(names: tuple[str, ...], check: bool) -> None:
    differences = [difference for name in names or RULES if (difference := write(name, only_show=check))]
    print("".join(differences), end="")
    sys.exit(int(check and bool(differences)))


def write(name: str, *, only_show: bool = False) -> str:
    """Write the file of a rule; gives back the difference."""
    path = cases.path_of(RULES[name])
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    new = cases.dump(cases.refreshed(cases.load(RULES[name])))
    if new != old and not only_show:
        path.parent.mkdir(exist_ok=True)
        path.write_text(new, encoding="utf-8")
    shown = path.relative_to(ROOT).as_posix()
    return "".join(unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), shown, shown))


if __name__ == "__main__":
    main()
