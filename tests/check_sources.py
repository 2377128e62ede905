"""`python -m tests.check_sources GIT_DIRECTORY [RULE ...]`: does each place in ROLL that a rule names exist?

The directory is that of a clone of ROLL with its tags (`v0.1.3`); nothing in it is imported. A symbol is a dotted name of
classes and functions, or else a text that stands in the file. Libraries' places are counted and not looked up.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

from roll_schema.facts.releases import NAMES
from roll_schema.rules import RULES
from roll_schema.rules.sources import Source, sources_of


def main(repository: str, *names: str) -> None:
    """Print each place that is not there, and how many were looked up; exits 1 where one is missing."""
    chosen = [RULES[name] for name in names or RULES]
    sources = {rule.name: sources_of(rule) for rule in chosen}
    wrong = [
        f"{name}: {problem}"
        for name, found in sources.items()
        for source in found
        for problem in _missing(repository, source)
    ]
    of_roll = [source for found in sources.values() for source in found if source.product == "ROLL"]
    others = sum(map(len, sources.values())) - len(of_roll)
    without = [name for name, found in sources.items() if not found]
    print(*wrong, f"{len(of_roll)} places in ROLL, {others} in libraries; {len(without)} rules name none", sep="\n")
    sys.exit(bool(wrong))


def _missing(repository: str, source: Source) -> Iterator[str]:
    """What is not found of a source, by release."""
    if source.product != "ROLL":
        return
    if not {source.first, source.last} <= set(NAMES):
        yield f"{source.first}-{source.last} are no releases"
        return
    for release in NAMES[NAMES.index(source.first) : NAMES.index(source.last) + 1]:
        text = _text(repository, release, source.file)
        if text is None:
            yield f"ROLL {release} has no file {source.file}"
        elif source.symbol not in _symbols(text) and source.symbol not in text:
            yield f"ROLL {release}: no {source.symbol} in {source.file}"


@cache
def _text(repository: str, release: str, file: str) -> str | None:
    command = ["git", "--git-dir", repository, "show", f"v{release}:{file}"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


@cache
def _symbols(text: str) -> frozenset[str]:
    """The dotted names of a module's classes and functions, those within others too."""

    def walk(node: ast.AST, prefix: str) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            name = f"{prefix}{child.name}" if named else ""
            if name:
                yield name
            yield from walk(child, f"{name}." if name else prefix)

    try:
        return frozenset(walk(ast.parse(text), ""))
    except SyntaxError:
        return frozenset()


if __name__ == "__main__":
    main(*sys.argv[1:])
