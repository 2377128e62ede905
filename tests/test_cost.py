"""What linting costs, in counts that no other work on the machine changes; `benchmarks/` measures the time."""

from __future__ import annotations

import subprocess
import sys

from roll_schema.rules import GROUPS
from tests.conftest import EXAMPLES, ROOT
from tests.patience import PATIENCE, steps
from tests.support import lint_path, lint_text

CONFIG = EXAMPLES / "ok" / "lora_zero3.yaml"
IMPORTED = """
import sys
import click, ruamel.yaml, annotated_types
from pydantic import BaseModel
floor = {name.partition(".")[0] for name in sys.modules}
from roll_schema.cli import run
try:
    run(["--no-cache", sys.argv[1]])
except SystemExit:
    pass
now = {name.partition(".")[0] for name in sys.modules}
print(sorted(now - floor - sys.stdlib_module_names))
"""


def test_starting_imports_nothing_of_others_but_the_floor() -> None:
    command = [sys.executable, "-c", IMPORTED, str(CONFIG)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.splitlines()[-1] == "['roll_schema']"


def test_rules_add_little() -> None:
    lint_path(CONFIG)  # which imports the rules
    assert steps(lambda: lint_path(CONFIG)) < 2 * steps(lambda: lint_path(CONFIG, ignore=frozenset(GROUPS)))


def test_work_grows_with_the_text_and_no_faster() -> None:
    few, many = (
        "".join(f"variable_{number}: 1\nuse_{number}: ${{variable_{number}}}\n" for number in range(count))
        for count in (100, 400)
    )
    lint_text(few)  # which loads what is loaded once
    assert steps(lambda: lint_text(many)) < 5 * steps(lambda: lint_text(few))


def test_the_benchmark_of_starting_runs() -> None:
    command = [sys.executable, ROOT / "benchmarks" / "startup.py", CONFIG, "--runs", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "x the floor" in done.stdout
