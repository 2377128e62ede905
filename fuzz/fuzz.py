"""Coverage-guided fuzzing of what reads configs: `python fuzz/fuzz.py TARGET SECONDS`, or `all` for each target.

Targets: `tree` (text to spans), `loader` (the same events, places and values as ROLL's own loader), `compose`
(defaults, overrides), `interpolate` (`${...}`), `devices` (device_mapping), `lint` (all rules and reports), `fix`
(edits), `cursor` (places in unfinished text). What must hold is asserted; an input that breaks it is left in
`fuzz/found/` and printed. Seeds are in `fuzz/seeds/`. With `--repeat RUNS` in place of the seconds, so many inputs are
tried, always the same ones, and nothing is kept: a test, not a search. Needs the extras `fuzz` and `test`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORDS = HERE / "words.dict"
sys.path.insert(0, str(HERE.parent))

import atheris  # noqa: E402

with atheris.instrument_imports(include=["roll_schema"]) if "--corpus" in sys.argv else nullcontext():
    from roll_schema.composition import compose, interpolate, overrides
    from roll_schema.engine import linting
    from roll_schema.engine.options import Options
    from roll_schema.facts import devices
    from roll_schema.report import DOCUMENTS, render, text
    from roll_schema.rewriting.repair import repair
    from roll_schema.rules import GROUPS, RULES
    from roll_schema.server.cursor import cursor, keys_beside
    from roll_schema.source import tree
    from roll_schema.source.text import Source, decode

from tests.differential import difference  # noqa: E402

PATH = Path("fuzz.yaml")
OPTIONS = Options(release="0.2.1", pipeline="rlvr", preview=True)


def within(source: Source, spans: list[tuple[int, int]]) -> None:
    """Every span lies in the text."""
    assert all(0 <= start <= end <= len(source.text) for start, end in spans)


def fuzz_tree(data: bytes) -> None:
    source = decode(data, "fuzz.yaml")
    root, faults = tree.parse(source)
    within(source, [(fault.span.start, fault.span.end) for fault in faults])
    for _, node in tree.walk(root) if root is not None else ():
        within(source, [(node.span.start, node.span.end)])


def fuzz_loader(data: bytes) -> None:
    differs = difference(data)
    assert not differs, differs


def fuzz_compose(data: bytes) -> None:
    first, _, rest = data.partition(b"\0")
    source = decode(rest, "fuzz.yaml")
    root, _ = tree.parse(source)
    given, _ = overrides.parse(first.decode("utf-8", "replace").split("\n")[:4])
    if root is not None and root.value is not None:
        compose.compose(PATH, source, root, given, (), (HERE / "seeds",))


def fuzz_interpolate(data: bytes) -> None:
    source = decode(data, "fuzz.yaml")
    root, _ = tree.parse(source)
    if root is not None and isinstance(root.value, dict):
        faults = interpolate.resolve(root, {}).faults
        within(source, [(fault.span.start, fault.span.end) for fault in faults])


def fuzz_devices(data: bytes) -> None:
    try:
        devices.parse_devices(data.decode("utf-8", "replace"))
    except (devices.InvalidDevices, devices.OpaqueDevices):
        return


def fuzz_lint(data: bytes) -> None:
    result = linting.lint(PATH, decode(data, "fuzz.yaml"), OPTIONS)
    for form in DOCUMENTS:
        render(form, [result]).encode("utf-8")
    for line in text.concise([result]):
        assert "\n" not in line
        assert "\x1b" not in line
    list(text.full([result]))


def fuzz_fix(data: bytes) -> None:
    source = decode(data, "fuzz.yaml")
    before = linting.lint(PATH, source, OPTIONS)
    made = repair(PATH, source, OPTIONS, unsafe=True)
    wrong = {(item.rule, item.path) for item in before.diagnostics if item.severity.value == "error"}
    after = {(item.rule, item.path) for item in made.result.diagnostics if item.severity.value == "error"}
    assert after <= wrong
    assert repair(PATH, Source("fuzz.yaml", made.text), OPTIONS, unsafe=True).text == made.text


def fuzz_cursor(data: bytes) -> None:
    source = decode(data[1:], "fuzz.yaml")
    offset = len(source.text) * (data[0] if data else 0) // 255
    here = cursor(source.text, offset)
    assert source.text[here.start : offset] == here.word
    keys_beside(source.text, here)


TARGETS: dict[str, Callable[[bytes], None]] = {
    name.removeprefix("fuzz_"): target for name, target in list(globals().items()) if name.startswith("fuzz_")
}


def fuzz(name: str, corpus: Path, limits: list[str]) -> None:
    """Tries inputs until one breaks the target, or a limit is reached; ends the process."""
    for rule in RULES.values() if name in ("lint", "fix") else ():
        assert rule.group in GROUPS  # all are loaded, and counted, before
    # An input that is slow on a busy machine would be kept like one that breaks.
    arguments = ["-timeout=600", "-report_slow_units=600", "-rss_limit_mb=4000", "-max_len=4096", "-verbosity=0"]
    arguments += [f"-dict={WORDS}"]
    arguments += [f"-artifact_prefix={corpus}/broken-", *limits, str(corpus), str(HERE / "seeds")]
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()


def broken(name: str, seconds: int, repeat: int) -> bool:
    """Whether an input breaks a target, tried in a process of its own; prints the input and what was wrong."""
    limits = [f"-runs={repeat}", "-seed=1"] if repeat else [f"-max_total_time={seconds}"]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) if repeat else HERE / "corpus" / name
        corpus.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, __file__, name, "--corpus", str(corpus), *(f"--limit={limit}" for limit in limits)]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}  # the order of sets decides what counts as new
        ended = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, errors="replace")
        for file in corpus.glob("broken-*"):
            found = HERE / "found" / file.name.replace("broken", name)
            print(f"{name} breaks on {file.read_bytes()!r}")
            if not repeat:
                found.parent.mkdir(exist_ok=True)
                file.replace(found)
    if ended.returncode:
        print(ended.stderr[-4000:])
    return bool(ended.returncode)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("seconds", type=int, nargs="?", default=60)
    parser.add_argument("--repeat", type=int, default=0, metavar="RUNS")
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--limit", action="append", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.corpus:
        fuzz(given.target, given.corpus, given.limit)
    targets = TARGETS if given.target == "all" else [given.target]
    failed = [name for name in targets if broken(name, given.seconds, given.repeat)]
    tried = f"{given.repeat} inputs" if given.repeat else f"{given.seconds} s"
    print(f"broken: {', '.join(failed)}" if failed else f"{tried} for each of {', '.join(targets)}: nothing broke")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
