"""Whether the Python program in an answer does what its row's test cases ask; runs only where it was allowed.

`test_cases` are a list, or JSON of one, of `{"stdin", "expected_stdout"}` or `{"assert_code"}`.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from roll_runtime import sandbox
from roll_runtime.errors import DataProblem
from roll_runtime.rewards import concluded

_BLOCK = re.compile(r"```(?:python3?|py)?[ \t]*\n(.*?)```", re.DOTALL)
_TEST = re.compile(r"^def (test_\w+)\(\)", re.MULTILINE)


def passes(answer: str, row: dict[str, Any], *, isolation: str) -> float:
    """1 where the last block of code passes every test case, else 0; raises DataProblem for rows without any."""
    cases = _cases(row)
    blocks = _BLOCK.findall(concluded(answer))
    if not blocks:
        return 0.0
    return float(all(_passes(blocks[-1], case, isolation) for case in cases))


def _passes(program: str, case: dict[str, Any], isolation: str) -> bool:
    if "assert_code" in case:
        # What ends the program early, such as `exit()`, must not count as passed.
        reached = secrets.token_hex(16)
        tests = case["assert_code"]
        calls = "".join(f"\n{name}()" for name in _TEST.findall(tests))
        done = sandbox.run(f"{program}\n{tests}{calls}\nprint({reached!r})\n", "", isolation)
        return done.ended_well and done.output.rstrip().endswith(reached)
    done = sandbox.run(program, case["stdin"], isolation)
    return done.ended_well and _lines(done.output) == _lines(case["expected_stdout"])


def _cases(row: dict[str, Any]) -> list[dict[str, Any]]:
    cases = row.get("test_cases")
    try:
        cases = json.loads(cases) if isinstance(cases, str) else cases
    except ValueError:
        cases = None
    if row.get("test_case_function") not in (None, "", "None"):
        raise DataProblem(f"row {row.get('id', '')}: test cases that call `test_case_function` are not covered")
    if not isinstance(cases, list) or not cases or not all(map(_is_case, cases)):
        raise DataProblem(
            f"row {row.get('id', '')}: `test_cases` must be a list of stdin and expected_stdout, or of assert_code"
        )
    return cases


def _is_case(case: Any) -> bool:
    return isinstance(case, dict) and ("assert_code" in case or {"stdin", "expected_stdout"} <= case.keys())


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]
