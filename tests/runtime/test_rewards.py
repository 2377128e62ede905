"""Scores by rule, and functions of the user's."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import tempfile
import venv
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from roll_runtime import rewards, sandbox
from roll_runtime.errors import DataProblem, EnvironmentProblem, TrainingFailed, WrongUsage
from roll_runtime.rewards import Given, choices, instructions, program
from roll_runtime.scorer import Scorer

from tests.patience import PATIENCE
from tests.runtime.conftest import command_of

NEVER: Any = SimpleNamespace(worker_cls="never.imported.Class")
CODE: Any = SimpleNamespace(worker_cls="roll.pipeline.rlvr.rewards.code_sandbox_reward_worker.CodeSandboxRewardWorker")

needs_math_verify = pytest.mark.skipif(find_spec("math_verify") is None, reason="math-verify is not installed")


@needs_math_verify
@pytest.mark.parametrize(
    ("answer", "truth", "score"),
    [
        ("so it is \\boxed{7}", "7", 1),
        ("so it is \\boxed{8}", "7", 0),
        ("\\boxed{\\frac{1}{2}}", "0.5", 1),
        ("it is $x^2+2x+1$, thus \\boxed{(x+1)^2}", "x^2+2x+1", 1),
        ("no idea", "7", 0),
        ("", "7", 0),
        ("\\boxed{" * 2000, "7", 0),
        ("7 \x00\x1b[31m", "7", 1),
        ("{*{Yh\\boxed{6}.{J{\\boxed{7}", "7", 1),
        ("\\boxed{7} no, \\boxed{6}", "7", 0),
    ],
)
def test_mathematics(answer: str, truth: str, score: float) -> None:
    from roll_runtime.rewards import math_rule

    assert math_rule.score(answer, {"ground_truth": truth}) == score


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("\\boxed{B}", 1),
        ("\\boxed{(b)}", 1),
        ("\\boxed{\\text{B}}", 1),
        ("\\boxed{\\mathbf{B}}.", 1),
        ("\\boxed{A} no, \\boxed{B}", 1),
        ("\\boxed{B} or \\boxed{", 1),
        ("\\boxed{B} no, \\boxed{\\mathbf{A}}", 0),
        ("\\boxed{Because}", 0),
        ("\\boxed{BCD}", 0),
        ("B", 0),
        ("\\boxed{" * 20_000, 0),
    ],
)
def test_choices(answer: str, score: float) -> None:
    assert choices.boxed(answer, {"ground_truth": "B"}) == score


@pytest.mark.parametrize(
    ("answer", "loose", "soft", "strict"),
    [
        ("<think>A? \\boxed{A}</think>\n\\boxed{B}", 1, 1, 1),
        ("The answer is (B).", 1, 0.5, -1),
        ("The Answer is b, B", 1, 0.5, -1),
        ("\\boxed{A}", -1, -0.5, -1),
        ("no idea", -1, -1, -1),
        ("", -1, -1, -1),
    ],
)
def test_graded_choices(answer: str, loose: float, soft: float, strict: float) -> None:
    row = {"ground_truth": "B"}
    found = [choices.graded(answer, row, reward_type=name) for name in ("loose", "soft", "strict")]
    assert found == [loose, soft, strict]
    assert choices.named(answer, row) == float(loose > 0)


INSTRUCTIONS = [
    # name, arguments, an answer that obeys, one that does not
    ("verify_keywords", {"keyword_list": ["red", "Blue"]}, "Redder than blue", "red only"),
    ("verify_keyword_frequency", {"word": "ape", "N": 2}, "Ape, ape; tape", "ape ape ape"),
    ("validate_forbidden_words", {"forbidden_words": ["bad"]}, "good", "not BAD"),
    ("verify_letter_frequency", {"letter": "a", "N": 2}, "banal", "banana"),
    ("verify_paragraph_count", {"N": 2}, "one\n* * *\ntwo", "one\n* * *\n"),
    ("validate_word_constraint", {"N": 3, "quantifier": "at least"}, "one two three", "one two"),
    ("validate_word_constraint", {"N": 3, "quantifier": "at most"}, "one two", "1 2 3 4"),
    ("validate_word_constraint", {"N": 20, "quantifier": "around"}, "word " * 22, "word " * 23),
    ("verify_sentence_constraint", {"N": 2, "quantifier": "at least"}, "Is it? It is.", "It is."),
    (
        "verify_sentence_constraint",
        {"N": 1, "quantifier": "at most"},
        "Dr. Who met Mr. Wu at 5 p.m. there.",
        "A. Bb cc. Dd.",
    ),
    ("verify_bullet_points", {"N": "1"}, "* one", "one"),
    ("validate_paragraphs", {"N": 2, "first_word": "So", "i": 2}, "one\n\nSo two", "So one\n\ntwo"),
    ("verify_postscript", {"postscript_marker": "P.S."}, "text\nP.S. more", "text\nP.S. "),
    ("validate_placeholders", {"N": 2}, "[name] of [city]", "[name]"),
    ("verify_bullet_points", {"N": 2}, "* one\n- two", "* one"),
    ("validate_title", {}, "<<Joy>>\ntext", "Joy"),
    ("validate_choice", {"options": ["My answer is yes.", "My answer is no."]}, "My answer is no.", "maybe"),
    ("validate_highlighted_sections", {"N": 2}, "*one* and *two*", "*one* two"),
    ("validate_sections", {"N": 2, "section_splitter": "SECTION"}, "SECTION 1 SECTION 2", "SECTION 1"),
    ("validate_json_format", {}, '{"a": [1]}', "{'a': 1}"),
    ("validate_json_format", {}, "1", "[" * 100_000),
    ("validate_repeat_prompt", {"original_prompt": "Why?"}, "Why? Because.", "Because. Why?"),
    ("validate_two_responses", {}, "one******two", "one******one"),
    ("validate_uppercase", {}, "LOUD!", "Loud"),
    ("validate_lowercase", {}, "soft.", "Soft"),
    ("validate_frequency_capital_words", {"N": 1, "quantifier": "around"}, "a BIG one", "TWO BIG ones"),
    ("validate_end", {"end_phrase": "Any more?"}, "text. Any more? ", "Any more? text"),
    ("validate_quotation", {}, '"quoted"', '"'),
    ("validate_no_commas", {}, "one and two", "one, two"),
]


@pytest.mark.parametrize(("name", "arguments", "obeys", "does_not"), INSTRUCTIONS)
def test_instructions(name: str, arguments: dict[str, Any], obeys: str, does_not: str) -> None:
    row = {"ground_truth": json.dumps({"func_name": name, "word": None, **arguments})}
    assert instructions.score(obeys, row) == 1
    assert instructions.score(f"<think>{does_not}</think>\n{obeys}", row) == 1
    assert instructions.score(does_not, row) == 0


@pytest.mark.skipif(find_spec("langdetect") is None, reason="langdetect is not installed")
def test_the_language_of_an_answer() -> None:
    row = {"ground_truth": {"func_name": "validate_response_language", "language": "de"}}
    assert instructions.score("Das ist ein ganz gewöhnlicher Satz über das Wetter.", row) == 1
    assert instructions.score("This is quite a usual sentence about the weather.", row) == 0
    assert instructions.score("123", row) == 0


def test_every_instruction_is_tried() -> None:
    assert {name for name, *_ in INSTRUCTIONS} | {"validate_response_language"} == set(instructions._CHECKS)


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        ("7", "no JSON with `func_name`"),
        ('{"func_name": ["verify_title"]}', "no instruction is called"),
        ('{"func_name": "verify_bullet_points", "N": "two"}', "`verify_bullet_points` wants whole numbers"),
        ('{"func_name": "sing"}', "no instruction is called 'sing'; there are verify_keywords, "),
        ('{"func_name": "verify_bullet_points"}', "`verify_bullet_points` cannot go by {}: KeyError\\('N'\\)"),
        (
            '{"func_name": "validate_word_constraint", "N": 3, "quantifier": "about"}',
            "`validate_word_constraint` cannot go by",
        ),
    ],
)
def test_rows_with_an_unknown_instruction(truth: str, message: str) -> None:
    with pytest.raises(DataProblem, match=message):
        instructions.score("text", {"ground_truth": truth, "id": 1})


def answer_with(code: str) -> str:
    return f"<think>hm</think>\nThus:\n```python\n{code}\n```\n"


ECHO = {
    "test_cases": json.dumps([{"stdin": "2 3\n", "expected_stdout": "5"}, {"stdin": "1 1", "expected_stdout": "2\n"}])
}
SUM = {
    "test_cases": [
        {"assert_code": "assert add(2, 3) == 5"},
        {"assert_code": "def test_it():\n    assert add(1, 1) == 2"},
    ]
}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take its time, where a test does not set another."""
    for name in ("SECONDS", "_PATIENCE"):
        monkeypatch.setattr(sandbox, name, PATIENCE)


@pytest.fixture(params=["isolated", "limited"])
def isolation(request: pytest.FixtureRequest) -> str:
    try:
        sandbox.demand(request.param)
    except EnvironmentProblem as error:
        pytest.skip(str(error))
    return str(request.param)


@pytest.mark.parametrize(
    ("code", "row", "score"),
    [
        ("print(sum(map(int, input().split())))", ECHO, 1),
        ("import sys\nprint(sum(map(int, sys.stdin.buffer.read().split())))", ECHO, 1),
        ("print(sum(map(int, open(0).read().split())))", ECHO, 1),
        ("print(5)", ECHO, 0),
        ("print(5", ECHO, 0),
        ("def add(a, b): return a + b", SUM, 1),
        ("def add(a, b): return 5", SUM, 0),
        ("import os; os._exit(0)", SUM, 0),
        ("raise SystemExit(0)", SUM, 0),
        ("import ctypes; ctypes.string_at(0)", SUM, 0),
        ("from __future__ import annotations\ndef add(a: x, b: y) -> z: return a + b", SUM, 1),
        (
            "def add(a, b): return a + b",
            {"test_cases": [{"assert_code": "async def test_it():\n    assert add(1, 1) == 3"}]},
            0,
        ),
        (
            "def add(a, b): return a + b",
            {"test_cases": [{"assert_code": "def test_it(y=None) :\n    assert add(1, 1) == 3"}]},
            0,
        ),
    ],
)
def test_programs(code: str, row: dict[str, Any], score: float, isolation: str) -> None:
    assert program.passes(answer_with(code), row, isolation=isolation) == score


@pytest.mark.parametrize(
    "answer",
    [
        "```python\nprint(5)\n```",
        "``` Python\nprint(5)\n```",
        "```py3\r\nprint(5)\r\n```\r\n",
        "```text\n2 3\n```\nso\n```python\nprint(5)\n```\nwhich prints\n```\n5\n```\n",
        "```bash\nls\n```\n```\nprint(5)\n```",
        "<think>```python\nprint(6)\n```</think>\n```python\nprint(5)\n```",
        "```python\nprint(6)\n```\nbetter:\n```python\nprint(5)\n```",
    ],
)
def test_where_the_program_is(answer: str) -> None:
    row = {"test_cases": [{"stdin": "", "expected_stdout": "5"}]}
    assert program.passes(answer, row, isolation="limited") == 1


def test_answers_without_a_program() -> None:
    assert program.passes("5", ECHO, isolation="limited") == 0


@pytest.mark.parametrize(
    "code",
    [
        "'x' * (2 << 30)",
        "for _ in range(10_000): print('x' * 1000)",
        f"import time\ntime.sleep({PATIENCE})",
        f"import time\nend = time.monotonic() + {PATIENCE}\nwhile time.monotonic() < end: pass",
    ],
    ids=["memory", "output", "sleep", "work"],
)
def test_programs_that_want_too_much(code: str, isolation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    assert not sandbox.run(code, "", isolation).ended_well


REACHES = {
    "network": "import socket; socket.create_connection(('127.0.0.1', {port}), 1)",
    "socket": "import socket; socket.socket(socket.AF_UNIX).connect({socket!r})",
    "files": "open({file!r}).read()",
    "processes": "import os; os.kill({pid}, 0)",
    "writing": "open('/usr/never', 'w')",
    "capabilities": "assert '0000000000000000' not in open('/proc/self/status').read().split('CapEff')[1][:20]",
    "remounting": "import os; assert os.system('mount -o remount,bind,rw /usr') == 0",
    "unmounting": "import os; assert os.system('umount /tmp') == 0",
    "namespaces": "import os; assert os.system('unshare -Urm true') == 0",
}


@pytest.mark.parametrize("what", REACHES)
def test_isolated_programs_reach_nothing(what: str, isolation: str, tmp_path: Path) -> None:
    if isolation != "isolated":
        pytest.skip("limits alone do not isolate")
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    path = f"{tempfile.gettempdir()}/{os.getpid()}.sock"  # `tmp_path` may be longer than a socket's name
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(path)
        local.listen()
        known = {"port": server.getsockname()[1], "file": str(secret), "pid": os.getpid(), "socket": path}
        code = REACHES[what].format(**known)
        if what in ("network", "socket", "files", "processes"):
            exec(code)  # it works outside
        assert not sandbox.run(code, "", isolation).ended_well
    os.unlink(path)


def test_an_environment_in_the_folder_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        sandbox.demand("isolated")
    except EnvironmentProblem as error:
        pytest.skip(str(error))
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        venv.create(place, symlinks=True)
        monkeypatch.setattr(sys, "prefix", str(place))
        monkeypatch.setattr(sys, "executable", str(place / "bin" / "python"))
        code = f"import os; open('/tmp/own', 'w'); print(os.path.exists('{place}/pyvenv.cfg'))"
        assert sandbox.run(code, "", "isolated") == sandbox.Done("True\n", True)
        assert not sandbox.run(f"open('{place}/own', 'w')", "", "isolated").ended_well
    finally:
        shutil.rmtree(place)


def test_what_isolated_programs_can_do(isolation: str) -> None:
    code = "open('own', 'w').write('x'); import multiprocessing as m; print(m.Pool(2).map(abs, [1, -2])); exit()"
    assert sandbox.run(code, "", isolation) == sandbox.Done("[1, 2]\n", True)


@pytest.mark.parametrize("ending", ["", "    import ctypes; ctypes.CDLL(None).prctl(1, 0)\n"])
def test_nothing_outlives_a_program(isolation: str, ending: str) -> None:
    name = f"sleeper-{isolation}-{len(ending)}-{os.getpid()}"
    # The program ends after the sleeper has its name.
    code = f"""\
import os
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    os.close(read)
{ending}    os.execv('/bin/sleep', ['{name}', '{PATIENCE}'])
os.close(write)
os.read(read, 1)
"""
    assert sandbox.run(code, "", isolation).ended_well
    assert running(name) == []


def test_a_program_that_hangs_is_gone_when_its_time_is_over(isolation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    name = f"hanging-{isolation}-{os.getpid()}"
    code = f"import os, ctypes; ctypes.CDLL(None).prctl(1, 0)\nos.execv('/bin/sleep', ['{name}', '{PATIENCE}'])"
    assert not sandbox.run(code, "", isolation).ended_well
    assert running(name) == []


def running(name: str) -> list[int]:
    """Processes whose first word is such."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if command_of(pid).startswith(name)]


@pytest.mark.parametrize("code", [1, 97, 126, 127, 255])
def test_no_exit_code_stops_the_run(code: int) -> None:
    assert sandbox.run(f"import os; os._exit({code})", "", "limited") == sandbox.Done("", False)


def test_a_machine_that_cannot_isolate_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_NAMESPACES", ("--no-such-option",))
    with pytest.raises(EnvironmentProblem, match="cannot be isolated here"):
        sandbox.run("print(5)", "", "isolated")


@pytest.mark.parametrize(
    "row",
    [
        {"test_cases": [{"stdin": ["2"], "expected_stdout": "5"}]},
        {"test_cases": [{"stdin": "2", "expected_stdout": 5}]},
        {"test_cases": [{"assert_code": None}]},
        {"test_cases": [{"assert_code": "def check(candidate):\n    assert candidate(1) == 2"}]},
        {"test_cases": [{"assert_code": "def test_it(x):\n    assert x"}]},
        {"test_cases": [{"assert_code": "class T:\n    def test_it(self): assert False"}]},
        {"test_cases": [{"assert_code": ""}]},
        {"test_cases": [{"assert_code": "assert ("}]},
        {},
        {"test_cases": "["},
        {"test_cases": []},
        {"test_cases": [{"stdin": ""}]},
        {**ECHO, "test_case_function": "f"},
    ],
)
def test_rows_without_test_cases(row: dict[str, Any]) -> None:
    with pytest.raises(DataProblem, match=r"test cases that|`test_cases` must|nothing in this `assert_code` would run"):
        program.passes(answer_with(""), row, isolation="limited")


def test_programs_run_only_with_leave() -> None:
    with pytest.raises(WrongUsage, match=r"rewards\.code runs programs that the model writes; allow it with"):
        rewards.demand(Given(), {"code": CODE})
    rewards.demand(Given(isolation="limited"), {"code": CODE})


def test_rows_without_an_answer_to_compare_with() -> None:
    with pytest.raises(DataProblem, match="row 5 has no column `ground_truth`"):
        choices.boxed("\\boxed{B}", {"id": 5})
    with pytest.raises(DataProblem, match="row 5: `ground_truth` must begin with a letter"):
        choices.named("no capital here", {"id": 5, "ground_truth": ""})


def test_a_function_of_the_users(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def half(answer, row):\n    return 0.5 if answer else float('nan')\n")
    given = Given({"style": f"{file}:half"})
    rewards.demand(given, {"style": NEVER})
    scorer = Scorer("style", NEVER, given)
    assert scorer.score(["a", "b"], {}) == [0.5, 0.5]
    with pytest.raises(TrainingFailed, match="the reward of `style` gave nan for '', not a number"):
        scorer.score([""], {})


def test_functions_that_fail_say_where(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def none(answer, row): ...\n\n\ndef bad(answer, row):\n    return row['none']\n")
    with pytest.raises(
        TrainingFailed, match=r"the reward of `style` failed at .*mine.py:5 with KeyError: 'none', for 'a'"
    ):
        Scorer("style", NEVER, Given({"style": f"{file}:bad"})).score(["a"], {})
    with pytest.raises(TrainingFailed, match="the reward of `style` gave None for 'a', not a number"):
        Scorer("style", NEVER, Given({"style": f"{file}:none"})).score(["a"], {})


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("def f(a, b): ...", "mine.py:g", "has no function g"),
        ("def f(", "mine.py:f", "mine.py:1: "),
        (None, "none.py:f", "cannot be read"),
    ],
)
def test_a_function_that_is_not_there(text: str | None, place: str, message: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    with pytest.raises(WrongUsage, match=message):
        rewards.demand(Given({"style": str(tmp_path / place)}), {"style": NEVER})


def test_nothing_runs_before_the_run(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("raise SystemExit('was run')\ndef f(answer, row): ...\n")
    rewards.demand(Given({"style": f"{file}:f"}), {"style": NEVER})
