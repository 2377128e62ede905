"""Whether the Python program in an answer does what its row's test cases ask; runs only where it was allowed.

`test_cases` are a list, or JSON of one, of `{"stdin", "expected_stdout"}` or `{"assert_code"}`: statements that run
behind the program, and functions `test...` that are called.
"""

from __future__ import annotations

import ast
import json
import secrets
from collections.abc import Iterator
from typing import Any

from roll_runtime import sandbox
from roll_runtime.errors import DataProblem
from roll_runtime.rewards import concluded

_PYTHON = ("python", "python3", "py", "py3")
_FENCE = "```"


def passes(answer: str, row: dict[str, Any], *, isolation: str) -> float:
    """1 where the last block of Python passes every test case, else 0; raises DataProblem for rows without any."""
    cases = _cases(row)
    program = _program(concluded(answer))
    if program is None:
        return 0.0
    return float(all(_passes(program, case, isolation) for case in cases))


def _program(text: str) -> str | None:
    """The last block that is marked as Python, or the last without a mark; None where there is neither."""
    blocks = list(_blocks(text))
    marked = [code for mark, code in blocks if mark in _PYTHON]
    bare = [code for mark, code in blocks if not mark]
    return next(reversed(marked or bare), None)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """The marks and texts of the fenced blocks; one that is not closed does not count."""
    mark: str | None = None
    lines: list[str] = []
    for line in text.splitlines():
        if not line.lstrip().startswith(_FENCE):
            lines.append(line)
        elif mark is None:
            mark, lines = line.strip().removeprefix(_FENCE).strip().lower(), []
        else:
            yield mark, "\n".join(lines) + "\n"
            mark = None


def _passes(program: str, case: dict[str, str], isolation: str) -> bool:
    if "assert_code" in case:
        # What ends the program early, such as `exit()`, must not count as passed.
        reached = secrets.token_hex(16)
        # Compiled apart: whatever the program begins or ends with, the tests are as they were written.
        tests = f"exec(compile({_with_calls(case['assert_code'])!r}, 'tests', 'exec'))"
        done = sandbox.run(f"{program}\n{tests}\nprint({reached!r})\n", "", isolation)
        return done.ended_well and done.output.rstrip().endswith(reached)
    done = sandbox.run(program, case["stdin"], isolation)
    return done.ended_well and _lines(done.output) == _lines(case["expected_stdout"])


def _with_calls(tests: str) -> str:
    """Tests with calls of their test functions."""
    return tests + "".join(f"\n{call}" for call in _calls(ast.parse(tests))) + "\n"


def _calls(tree: ast.Module) -> Iterator[str]:
    for part in tree.body:
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.name.startswith("test"):
            arguments = part.args
            if len(arguments.posonlyargs) + len(arguments.args) == len(arguments.defaults) and all(
                default is not None for default in arguments.kw_defaults
            ):
                is_async = isinstance(part, ast.AsyncFunctionDef)
                yield f"__import__('asyncio').run({part.name}())" if is_async else f"{part.name}()"


def _cases(row: dict[str, Any]) -> list[dict[str, str]]:
    """The row's test cases; raises DataProblem where there are none, or one that would test nothing."""
    which = f"row {row.get('id', '')}"
    cases = row.get("test_cases")
    try:
        cases = json.loads(cases) if isinstance(cases, str) else cases
    except ValueError:
        cases = None
    if row.get("test_case_function") not in (None, "", "None"):
        raise DataProblem(f"{which}: test cases that call `test_case_function` are not covered")
    if not isinstance(cases, list) or not cases or not all(map(_is_case, cases)):
        raise DataProblem(f"{which}: `test_cases` must be a list of texts stdin and expected_stdout, or assert_code")
    if idle := [case["assert_code"] for case in cases if "assert_code" in case and not _tests(case["assert_code"])]:
        raise DataProblem(f"{which}: nothing in this `assert_code` would run: {idle[0][:200]!r}")
    return cases


def _is_case(case: Any) -> bool:
    if not isinstance(case, dict):
        return False
    names = ("assert_code",) if "assert_code" in case else ("stdin", "expected_stdout")
    return all(isinstance(case.get(name), str) for name in names)


def _tests(code: str) -> bool:
    """Whether code has a statement that tests something, or a function that is called to do so."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return False
    does = (ast.Assert, ast.Expr, ast.For, ast.If, ast.With, ast.Try)
    return any(isinstance(part, does) and not _is_text(part) for part in tree.body) or any(_calls(tree))


def _is_text(part: ast.stmt) -> bool:
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]
