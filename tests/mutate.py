"""Mutation testing of the rules: `make mutate`, or `python -m tests.mutate [--latest N] [--search] [RULE ...]`.

Each rule's file is changed in one place (`==` to `!=`, `and` to `or`, a number by one, a condition to its opposite), and
the tests that name the rule are run on it in a process of their own. A change that no test notices is printed, unless the
`survivors` of the rule's cases say why none can. `--latest` takes the N rules that changed last; `--search` looks for
configs that notice, and adds them to the rule's cases. Needs the extra `mutation`.
"""

from __future__ import annotations

import ast
import multiprocessing
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from inspect import getsource
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import click
import pytest
from _pytest.runner import runtestprotocol
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from roll_schema.rules import RULES
from roll_schema.rules.rule import Rule
from tests.conftest import ROOT
from tests.rules import cases, search
from tests.rules.cases import Case

TESTS = (
    "tests/rules",
    "tests/composition/test_compose.py",
    "tests/composition/test_interpolate.py",
    "tests/engine/test_linting.py",
    "tests/facts/test_catalog.py",
    "tests/facts/test_checkpoint.py",
    "tests/planning/memory",
    "tests/rewriting/test_migrate.py",
    "tests/source/test_tree.py",
    "tests/test_examples.py",
    "tests/test_hostile.py",
)
SECONDS = 20
"""Processor time after which a mutant has shown that it never ends."""
COMPARISONS = "Eq_NotEq NotEq_Eq Lt_LtE LtE_Lt Gt_GtE GtE_Gt Is_IsNot IsNot_Is"
CALCULATIONS = "Add_Sub Sub_Add Mul_FloorDiv FloorDiv_Mul Div_Mul Mod_FloorDiv Pow_Mul BitAnd_BitOr BitOr_BitAnd"
OTHERS = """
    AddNot NumberReplacer ReplaceAndWithOr ReplaceOrWithAnd ReplaceTrueWithFalse ReplaceFalseWithTrue
    ReplaceContinueWithBreak ReplaceUnaryOperator_Delete_Not ZeroIterationForLoop
"""
OPERATORS = [
    *(f"ReplaceComparisonOperator_{name}" for name in COMPARISONS.split()),
    *(f"ReplaceBinaryOperator_{name}" for name in CALCULATIONS.split()),
    *OTHERS.split(),
]


NEEDS_CONTEXT = (ast.Constant, ast.UnaryOp, ast.Slice, ast.Name, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
"""What says nothing by itself: `1 -> 2`."""


class Mutant(NamedTuple):
    """A rule's file with one change; `change` is the expression before and after it."""

    rule: str
    change: str
    code: str


def behaviour(code: str) -> str:
    """What a file does, as a text to compare: its syntax tree without types, manual and the rule's own table entry."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.decorator_list, node.returns = [], None
        if isinstance(node, (ast.arg, ast.AnnAssign)):
            node.annotation = ast.Constant(None)
    kept = [node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))]
    return "\n".join(ast.unparse(node) for node in kept)


def mutants(rule: Rule) -> Iterator[Mutant]:
    """All changes of a rule's file that are changes of what it does."""
    code = Path(str(sys.modules[rule.check.__module__].__file__)).read_text(encoding="utf-8")
    tree, seen = ast.parse(code), {behaviour(code)}
    for name in OPERATORS:
        operator, occurrence = get_operator(f"core/{name}")(), 0
        while (changed := mutate_code(code, operator, occurrence)) is not None:
            occurrence += 1
            try:
                does = behaviour(changed)
            except SyntaxError:  # the operators know nothing of `:=`
                continue
            if does in seen:
                continue
            seen.add(does)
            yield Mutant(rule.name, change(tree, ast.parse(changed)), changed)


def change(before: ast.AST, after: ast.AST) -> str:
    """The smallest expression or statement that differs and says something by itself, before and after."""
    pairs = zip(ast.iter_child_nodes(before), ast.iter_child_nodes(after), strict=False)
    differing = [(one, other) for one, other in pairs if ast.dump(one) != ast.dump(other)]
    if type(before) is type(after) and len(differing) == 1 and not isinstance(differing[0][0], NEEDS_CONTEXT):
        return change(*differing[0])
    head = [ast.unparse(tree).splitlines()[0] for tree in (before, after)]
    return " -> ".join(head)


def concerns(item: Any, name: str) -> bool:
    """Whether a test names the rule: in its parameters, in what they must print, or in its code."""
    for value in item.callspec.params.values() if hasattr(item, "callspec") else ():
        if isinstance(value, Path) and value.with_suffix(".out").exists():
            value = value.with_suffix(".out").read_text(encoding="utf-8")
        if getattr(value, "name", value) == name or (isinstance(value, str) and f"[{name}]" in value):
            return True
    return f'"{name}"' in getsource(item.function)


def use(mutant: Mutant) -> None:
    """Have this process run the changed rule."""
    path = RULES[mutant.rule].check.__module__
    module = ModuleType(path)
    module.__file__ = sys.modules[path].__file__
    sys.modules[path] = module
    exec(compile(mutant.code, path, "exec"), module.__dict__)
    RULES._loaded[mutant.rule] = getattr(module, path.rpartition(".")[2])


def survives(mutant: Mutant, items: list[Any]) -> bool:
    """Whether every test passes on the changed rule."""
    use(mutant)
    return not any(report.failed for item in items for report in runtestprotocol(item, log=False))


class Mutation:
    """A pytest plugin that runs, instead of each test once, the tests of each rule once for each of its mutants."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.made = 0
        self.survivors: list[Mutant] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        running: dict[int, Mutant] = {}
        for name in self.names:
            items = [item for item in session.items if concerns(item, name)]
            for mutant in mutants(RULES[name]):
                if len(running) == (os.cpu_count() or 1):
                    self.wait(running)
                self.made += 1
                running[self.start(mutant, items)] = mutant
        while running:
            self.wait(running)
        return True

    def start(self, mutant: Mutant, items: list[Any]) -> int:
        child = os.fork()
        if child:
            return child
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            survived = survives(mutant, items)
        except BaseException:  # a change that cannot even be imported is noticed
            survived = False
        os._exit(int(survived))

    def wait(self, running: dict[int, Mutant]) -> None:
        child, status = os.wait()
        mutant = running.pop(child)
        if status and os.waitstatus_to_exitcode(status) == 1:
            self.survivors.append(mutant)


def explained(name: str) -> Iterator[str]:
    """The changes of a rule that no test can notice."""
    for survivor in cases.load(RULES[name]).survivors:
        yield from survivor["changes"]


def add_cases(survivors: list[Mutant]) -> None:
    """Search for cases that notice some of the survivors, and have the tests look at them."""
    by_rule: dict[str, list[Mutant]] = {}
    for mutant in survivors:
        by_rule.setdefault(mutant.rule, []).append(mutant)
    with multiprocessing.get_context("fork").Pool() as pool:
        for name, found in pool.imap_unordered(_searched, by_rule.items(), chunksize=1):
            print(f"{len(found)} cases added to {cases.add(RULES[name], found).relative_to(ROOT)}: read them")


def _searched(rule: tuple[str, list[Mutant]]) -> tuple[str, list[Case]]:
    return rule[0], search.telling(rule[0], [partial(use, mutant) for mutant in rule[1]])


def latest(count: int) -> list[str]:
    """The rules whose files changed last, those not committed first; all where git does not know this checkout."""
    rules = ROOT / "roll_schema" / "rules"
    asked = (["diff", "--name-only", "HEAD"], ["log", "--format=", "--name-only", "-n", "200"])
    done = [
        subprocess.run(["git", *words, "--", str(rules)], cwd=ROOT, capture_output=True, text=True, check=False)
        for words in asked
    ]
    paths = "".join(one.stdout for one in done).split()
    names = [Path(path).stem.replace("_", "-") for path in paths]
    changed = [name for name in dict.fromkeys(names) if name in RULES]
    return changed[:count] or list(RULES)


@click.command
@click.argument("names", metavar="RULE", nargs=-1)
@click.option("--latest", "count", type=int)
@click.option("--search", "searches", is_flag=True)
def main(names: tuple[str, ...], count: int | None, searches: bool) -> None:
    mutation = Mutation(list(names) or (latest(count) if count else list(RULES)))
    os.environ.pop("ROLL_CORPUS", None)  # what is noticed shall not depend on it
    options = ["-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:terminal", "--rootdir", str(ROOT)]
    pytest.main([*options, *(str(ROOT / test) for test in TESTS)], [mutation])
    survived = Counter((one.rule, one.change) for one in mutation.survivors)
    known = Counter((name, change) for name in mutation.names for change in explained(name))
    new, stale = survived - known, known - survived
    for rule, change in sorted(new.elements()):
        print(f"{rule}: {change}")
    for rule, change in sorted(stale.elements()):
        print(f"noticed by now, or gone: {rule}: {change}")
    told = f"{new.total()} survived, {(survived & known).total()} more are explained"
    print(f"{mutation.made} mutants of {len(mutation.names)} rules: {told}")
    if searches:
        add_cases([one for one in mutation.survivors if (one.rule, one.change) in new])
    sys.exit(int(bool(new or stale or not mutation.made)))


if __name__ == "__main__":
    main()
