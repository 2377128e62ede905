"""Hostile and broken input, given to the command as anyone may: an answer, no traceback, in bounded time and memory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli.test_cli import run
from tests.conftest import lacks
from tests.patience import PATIENCE, wait_for_work, wait_until

HEAD = "rewards: {}\nrollout_batch_size: 8\n"
MEMORY = 1400
"""MiB that the largest text that is read may take."""
WORK = 300
"""Seconds of a processor's time that any text may take: far more than linear work does, far less than other."""


class Done(NamedTuple):
    status: int
    told: str
    mebibytes: float
    processor_seconds: float


def lint(folder: Path, *words: str) -> Done:
    """Run the command in a folder, with its peak of memory."""
    command = [sys.executable, "-m", "roll_schema", "--output-format", "concise", *words]
    with (folder / "told").open("wb") as told:
        process = subprocess.Popen(command, cwd=folder, stdout=told, stderr=told, stdin=subprocess.DEVNULL)
    ended: list[Any] = []

    def has_ended() -> bool:
        ended[:] = os.wait4(process.pid, os.WNOHANG)
        return ended[0] == process.pid

    wait_until(has_ended)
    _, status, usage = ended
    process.returncode = os.waitstatus_to_exitcode(status)
    text = (folder / "told").read_text(encoding="utf-8", errors="replace")
    return Done(process.returncode, text, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def bomb() -> str:
    lines = [
        f"{chr(98 + level)}: &{chr(98 + level)} [{','.join(['*' + chr(97 + level)] * 10)}]\n" for level in range(9)
    ]
    return HEAD + "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(lines)


TEXTS: dict[str, tuple[Callable[[], str], str]] = {
    "alias bomb": (bomb, "error[too-many-values] more than 1,000,000 values"),
    "merges that multiply": (
        lambda: (
            HEAD + "b0: &b0 {a: 1}\n" + "".join(f"b{n + 1}: &b{n + 1} {{<<: [*b{n}, *b{n}]}}\n" for n in range(3000))
        ),
        "error[too-many-values] more than 1,000,000 values",
    ),
    "100,000 levels of lists": (lambda: "[" * 100_000, "error[nested-too-deep] nested deeper than 200 levels"),
    "100,000 levels of mappings": (lambda: HEAD + "x: " + "{a: " * 100_000, "error[nested-too-deep]"),
    "3,000 levels of blocks": (
        lambda: HEAD + "".join(" " * level + f"k{level}:\n" for level in range(3000)),
        "error[nested-too-deep]",
    ),
    "a scalar of 9 MiB": (lambda: HEAD + "x: " + "a" * (9 * 2**20) + "\n", "error[missing-key]"),
    "a scalar of 100 MiB": (lambda: HEAD + "x: " + "a" * (100 * 2**20), "cannot be read: larger than 10 MiB"),
    "600,000 keys": (
        lambda: HEAD + "".join(f"k{number}: {number}\n" for number in range(600_000)),
        "error[too-many-problems] more than 10,000 problems; the rest is not shown",
    ),
    "50,000 anchors": (lambda: HEAD + "".join(f"a{n}: &a{n} {n}\n" for n in range(50_000)), "error[too-many-problems]"),
    "a chain of 10,000 references": (
        lambda: HEAD + "".join(f"v{n}: ${{v{n + 1}}}\n" for n in range(10_000)) + "v10000: 1\n",
        "chain of more than 150 interpolations",
    ),
    "a cycle of references": (lambda: HEAD + "a: ${b}\nb: ${a}\n", "error[interpolation-cycle]"),
    "5,000 nested references": (
        lambda: HEAD + "x: " + "${" * 5000 + "a" + "}" * 5000 + "\n",
        "malformed-interpolation",
    ),
    "a range of a million million": (
        lambda: HEAD + "actor_train: {device_mapping: 'list(range(0,10**12))'}\n",
        "device",
    ),
    "a range that Python cannot count": (
        lambda: HEAD + f"actor_train: {{device_mapping: 'list(range(0,{'8' * 30}))'}}\n",
        "too large for Python to count to",
    ),
    "3,000 brackets in device_mapping": (
        lambda: HEAD + "actor_train: {device_mapping: '" + "(" * 3000 + "1" + ")" * 3000 + "'}\n",
        "device",
    ),
    "200,000 quotes": (lambda: HEAD + "x: '" + "''" * 200_000 + "\n", "error[syntax-error] this quote is never closed"),
    "a wrong line of 200,000 spaces": (
        lambda: HEAD + "a" + " " * 200_000 + "b\nc: 1\n",
        "error[syntax-error] missing `:`",
    ),
    "100,000 lines without a colon": (lambda: HEAD + "x: [\n" + "a\n" * 100_000 + "b: 1\n", "error[syntax-error]"),
    "100,000 brackets in a text": (lambda: HEAD + "x: a" + " [" * 100_000 + "\ny\nz: 1\n", "error[syntax-error]"),
    "100,000 commas in an open list": (lambda: HEAD + "x: [" + "a," * 100_000 + "\ny: 1\n", "error[syntax-error]"),
    "a wrong line below 20,000 others": (
        lambda: HEAD + "x:\n" + "".join(f"  k{n}:\n    v: 1\n" for n in range(10_000)) + "   w: 1\n",
        "c.yaml:20004:4: error[syntax-error]",
    ),
    "control characters": (lambda: HEAD + "\x00\x01: 1\n", "error[syntax-error]"),
    "an ignore comment of 50,000 names": (
        lambda: HEAD + "# roll-lint: ignore[" + ",".join(["x"] * 50_000) + "]\n",
        "error[missing-key]",
    ),
    "a comment of 2 MB": (lambda: HEAD + "#" * 2_000_000 + "\n", "error[missing-key]"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_texts(tmp_path: Path, name: str) -> None:
    make, said = TEXTS[name]
    (tmp_path / "c.yaml").write_text(make(), encoding="utf-8")
    done = lint(tmp_path, "c.yaml", "--no-cache")
    assert done.status in (1, 2)
    assert said in done.told
    assert "Traceback" not in done.told
    assert "internal error" not in done.told
    assert done.mebibytes < MEMORY
    assert done.processor_seconds < WORK


def fifo(folder: Path) -> None:
    os.mkfifo(folder / "c.yaml")


def fifo_as_fragment(folder: Path) -> None:
    os.mkfifo(folder / "base.yaml")
    (folder / "c.yaml").write_text("defaults: [base]\n" + HEAD)


def device_as_fragment(folder: Path) -> None:
    (folder / "base.yaml").symlink_to("/dev/zero")
    (folder / "c.yaml").write_text("defaults: [base]\n" + HEAD)


def cyclic_link(folder: Path) -> None:
    (folder / "c.yaml").symlink_to("c.yaml")


def cyclic_folders(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "up").symlink_to("..")
    (folder / "a" / "c.yaml").write_text(HEAD)


def cyclic_defaults(folder: Path) -> None:
    (folder / "c.yaml").write_text("defaults: [base]\n" + HEAD)
    (folder / "base.yaml").write_text("defaults: [c]\n")


def device_as_settings(folder: Path) -> None:
    (folder / "c.yaml").write_text(HEAD)
    (folder / "pyproject.toml").symlink_to("/dev/zero")


def fifo_as_data(folder: Path) -> None:
    os.mkfifo(folder / "train.jsonl")
    (folder / "c.yaml").write_text(HEAD + "actor_train: {data_args: {file_name: [train.jsonl], messages: m}}\n")


def device_as_model(folder: Path) -> None:
    (folder / "model").mkdir()
    (folder / "model" / "config.json").symlink_to("/dev/zero")
    (folder / "c.yaml").write_text(HEAD + "pretrain: ./model\nactor_train: {model_args: {lora_target: q_proj}}\n")


def unreadable(folder: Path) -> None:
    (folder / "c.yaml").mkdir()
    (folder / "c.yaml" / "x").write_text("")


@pytest.mark.parametrize(
    ("make", "words", "said"),
    [
        (fifo, ["c.yaml"], "c.yaml cannot be read: not a regular file"),
        (fifo_as_fragment, ["c.yaml"], "error[missing-fragment]"),
        (device_as_fragment, ["c.yaml"], "error[missing-fragment]"),
        (cyclic_link, ["c.yaml"], "there is no file c.yaml"),
        (cyclic_folders, ["."], "a/c.yaml:1:1: error[missing-key]"),
        (cyclic_defaults, ["c.yaml"], "error[include-cycle]"),
        (device_as_settings, ["c.yaml"], "error[missing-key]"),
        (fifo_as_data, ["c.yaml"], "error[missing-key]"),
        (device_as_model, ["c.yaml"], "error[missing-key]"),
        (unreadable, ["c.yaml"], "no ROLL config lies below c.yaml"),
    ],
)
def test_files(tmp_path: Path, make: Callable[[Path], None], words: list[str], said: str) -> None:
    make(tmp_path)
    done = lint(tmp_path, *words, "--no-cache")
    assert done.status in (1, 2)
    assert said in done.told
    assert "Traceback" not in done.told
    assert "internal error" not in done.told


def test_a_long_standard_input_is_not_taken_in() -> None:
    done = run("-", "--no-cache", stdin="a" * (11 * 2**20))
    assert (done.returncode, "standard input cannot be read: larger than 10 MiB" in done.stderr) == (2, True)


def on_a_disk(folder: Path, then: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a config on a small file system of its own, which `then` is done to before."""
    (folder / "disk").mkdir()
    script = (
        f"cd '{folder}' && mount -t tmpfs -o size=64k none disk && cp c.yaml disk/ && cd disk || exit 9\n"
        f"{then}\n"
        f"'{sys.executable}' -m roll_schema {' '.join(words)} c.yaml; echo status $?\n"
        f"cmp ../c.yaml c.yaml && ls -A"
    )
    command = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else []), "bash", "-c", script]
    environment = {**os.environ, "ROLL_LINT_CACHE_DIR": str(folder / "disk" / "cache")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 9 or "unshare" in done.stderr:
        lacks(f"no name spaces here: {done.stderr}")
    return done


@pytest.mark.parametrize("option", ["--fix", "--add-ignores"])
@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("head -c 100000 /dev/zero > full 2>/dev/null", "No space left on device"),
        ("mount -o remount,bind,ro .", "Read-only file system"),
    ],
)
def test_a_disk_that_takes_nothing_leaves_the_config_as_it_was(
    tmp_path: Path, option: str, then: str, said: str
) -> None:
    (tmp_path / "c.yaml").write_text(HEAD + "save_step: 1\n" + "# filler\n" * 2000)
    done = on_a_disk(tmp_path, then, option)
    assert f"c.yaml cannot be written: {said}" in done.stderr
    assert [line for line in done.stdout.splitlines() if line != "full"] == ["status 2", "c.yaml"]


def test_a_cache_on_a_full_disk_is_none(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(HEAD + "save_step: 1\n" + "# filler\n" * 2000)
    done = on_a_disk(tmp_path, "head -c 100000 /dev/zero > full 2>/dev/null", "--output-format", "concise")
    assert done.stderr == ""
    assert "status 1" in done.stdout
    assert not [line for line in done.stdout.splitlines() if line.startswith(".")]


@pytest.mark.parametrize("moment", [0.02, 0.1, 0.2, 0.5])
def test_an_interrupt_at_any_moment(tmp_path: Path, moment: float) -> None:
    (tmp_path / "c.yaml").write_text(HEAD + "".join(f"sav_step_{number}: 1\n" for number in range(4000)))
    command = [sys.executable, "-m", "roll_schema", str(tmp_path / "c.yaml"), "--fix", "--no-cache"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_work(process, moment)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE)
    # Until the command is loaded, it is Python that answers.
    assert process.returncode in (130, -signal.SIGINT, 1)
    assert set(re.findall(r"roll_schema/(\S+)\"", told)) <= {"__init__.py", "__main__.py", "cli/__init__.py"}
    assert [path.name for path in tmp_path.iterdir()] == ["c.yaml"]


def test_a_reader_that_leaves(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(HEAD + "".join(f"sav_step_{number}: 1\n" for number in range(3000)))
    script = f"'{sys.executable}' -m roll_schema --no-cache '{tmp_path}/c.yaml' | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in ("0", "1")


def test_a_file_that_vanishes_between_two_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from roll_schema.engine.options import Options
    from roll_schema.source import files
    from roll_schema.source.text import read

    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text("defaults: [base]\n" + HEAD)
    (tmp_path / "base.yaml").write_text("a: 1\n")
    seen = files.is_file

    def vanishing(path: Path) -> bool:
        found = seen(path)
        if path.name == "base.yaml":
            path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(files, "is_file", vanishing)
    from roll_schema.engine import linting

    result = linting.lint(Path("c.yaml"), read(Path("c.yaml")), Options())
    assert [item.rule for item in result.diagnostics][:1] == ["missing-fragment"]
