"""Coverage-guided fuzzing of what reads configs: `python fuzz/fuzz.py TARGET [SECONDS]`, or `all`.

Targets: `tree` (text to spans), `loader` (the same events, places and values as ROLL's own loader), `compose`
(defaults, overrides), `interpolate` (`${...}`), `devices` (device_mapping), `lint` (all rules and reports), `fix`
(edits), `cursor` (places in unfinished text). What must hold is asserted; an input that breaks it is left in
`fuzz/found/`. Seeds are in `fuzz/seeds/`. Needs the extras `fuzz` and `test`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import atheris  # noqa: E402

with atheris.instrument_imports(include=["roll_schema"]):
    from roll_schema import compose, devices, engine, interpolate, overrides, tree
    from roll_schema.engine import Options
    from roll_schema.repair import repair
    from roll_schema.report import DOCUMENTS, render, text
    from roll_schema.rules import GROUPS, RULES
    from roll_schema.server.cursor import cursor, keys_beside
    from roll_schema.text import Source, decode

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
    assert difference(data) == ""


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
    result = engine.lint(PATH, decode(data, "fuzz.yaml"), OPTIONS)
    for form in DOCUMENTS:
        render(form, [result]).encode("utf-8")
    for line in text.concise([result]):
        assert "\n" not in line
        assert "\x1b" not in line
    list(text.full([result]))


def fuzz_fix(data: bytes) -> None:
    source = decode(data, "fuzz.yaml")
    before = engine.lint(PATH, source, OPTIONS)
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


def main() -> int:
    name, seconds = (*sys.argv[1:], "all", "60")[:2] if len(sys.argv) < 3 else sys.argv[1:3]
    if name == "all":
        failed = [one for one in TARGETS if subprocess.run([sys.executable, __file__, one, seconds]).returncode]
        print(f"broken: {', '.join(failed)}" if failed else f"{len(TARGETS)} targets, {seconds} s each: nothing broke")
        return int(bool(failed))
    for rule in RULES.values() if name in ("lint", "fix") else ():
        assert rule.group in GROUPS  # all are loaded, and counted, before
    corpus, found = HERE / "corpus" / name, HERE / "found"
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    arguments = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=4000", "-max_len=4096", "-verbosity=0"]
    arguments += [f"-artifact_prefix={found}/{name}-", f"-dict={HERE / 'words.dict'}", str(corpus), str(HERE / "seeds")]
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
