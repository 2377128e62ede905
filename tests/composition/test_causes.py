"""A key that Hydra misses in a fragment is told once, at the entry that should have given it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from roll_schema.source.diagnostic import Diagnostic
from tests.composition.oracle import hydra
from tests.support import lint_path

MAIN = """\
defaults:
  - ../config/zero@_here_
  - ../config/zero3@_here_
rewards: {}
max_length: 8
prompt_length: ${max_length}
actor_train: {strategy_args: {strategy_name: deepspeed_train, strategy_config: "${zero3}"}}
reference: {strategy_args: {strategy_name: deepspeed_infer, strategy_config: "${zero3}"}}
critic: {strategy_args: {strategy_name: deepspeed_train, strategy_config: "${zero3}"}}
"""
ENTRY = ("main.yaml", 3, 5)
USES = [("main.yaml", 7, 81), ("main.yaml", 8, 79), ("main.yaml", 9, 76)]


@pytest.fixture
def main(tmp_path: Path) -> Path:
    for name, text in (("zero", "zero: {a: 1}\n"), ("zero3", "zero3: {a: 3}\nwarmup: 5\n"), ("zero2", "zero2: {}\n")):
        path = tmp_path / "config" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    path = tmp_path / "main" / "main.yaml"
    path.parent.mkdir()
    path.write_text(MAIN, encoding="utf-8")
    assert told(path) == []
    return path


RULES = ("missing-fragment", "misplaced-fragment", "undefined-interpolation")


def told(path: Path) -> list[Diagnostic]:
    found = lint_path(path, pipeline="rlvr").diagnostics
    assert isinstance(hydra(path), Exception) is any(item.fails == "at load" for item in found if item.rule in RULES)
    return [item for item in found if item.rule in RULES]


def at(item: Diagnostic) -> tuple[str, int, int]:
    return (Path(item.span.source.name).name, *item.span.first)


def notes(item: Diagnostic) -> list[tuple[str, int, int]]:
    return [(Path(note.span.source.name).name, *note.span.first) for note in item.notes]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("to", ["", "zero3_new.yaml"])
def test_a_fragment_that_is_deleted_or_renamed(main: Path, to: str) -> None:
    fragment = main.parent.parent / "config" / "zero3.yaml"
    if to:
        fragment.rename(fragment.with_name(to))
    else:
        fragment.unlink()
    [item] = told(main)
    assert (item.rule, at(item), notes(item)) == ("missing-fragment", ENTRY, USES)
    assert item.message.endswith(": `${zero3}` is undefined (3 uses) without it")


def test_without_a_fragment_a_typo_is_still_one(main: Path) -> None:
    (main.parent.parent / "config" / "zero3.yaml").unlink()
    change(main, "${max_length}", "${max_lenght}")
    missing, typo = told(main)
    assert (missing.rule, at(missing)) == ("missing-fragment", ENTRY)
    assert (at(typo), typo.help) == (("main.yaml", 6, 16), "did you mean `${max_length}`?")


def test_two_missing_fragments_each_with_its_variable(main: Path) -> None:
    change(main, "${max_length}", "${zero.a}")
    for name in ("zero", "zero3"):
        (main.parent.parent / "config" / f"{name}.yaml").unlink()
    found = told(main)
    assert [at(item) for item in found] == [("main.yaml", 2, 5), ENTRY]
    assert [notes(item) for item in found] == [[("main.yaml", 6, 16)], USES]


@pytest.mark.parametrize(
    ("new", "help_text"),
    [("zero3_", "rename `zero3_` to `zero3` in `../config/zero3`"), ("other", "define `zero3` in `../config/zero3`")],
)
def test_a_key_that_is_renamed_in_its_fragment(main: Path, new: str, help_text: str) -> None:
    change(main.parent.parent / "config" / "zero3.yaml", "zero3:", f"{new}:")
    [item] = told(main)
    assert (item.rule, at(item), item.help, notes(item)) == ("undefined-interpolation", ENTRY, help_text, USES)


def test_a_key_that_is_renamed_in_a_fragment_of_another_name(main: Path) -> None:
    change(main, "${max_length}", "${warmup}")
    change(main, "max_length: 8", "max_steps: ${warmup}")
    change(main.parent.parent / "config" / "zero3.yaml", "warmup:", "warm_up:")
    [item] = told(main)
    assert (at(item), item.help) == (ENTRY, "rename `warm_up` to `warmup` in `../config/zero3`")


@pytest.mark.parametrize(("entry", "advice"), [
    ("../config/zero3@zero", "write `../config/zero3@_here_`, or refer to the keys under `zero`"),
    ("../config/zero3", "write `../config/zero3@_here_`"),
])  # fmt: skip
def test_a_fragment_whose_keys_land_elsewhere(main: Path, entry: str, advice: str) -> None:
    change(main, "../config/zero3@_here_", entry)
    change(main, "${max_length}", "${warmup}")
    [item] = told(main)
    assert (item.rule, at(item), item.help) == ("undefined-interpolation", ENTRY, advice)
    assert item.message.startswith(
        "2 variables are undefined (4 uses): the keys of `../config/zero3` are placed under "
    )
    assert len(item.notes) == 3


def test_an_entry_that_is_deleted(main: Path) -> None:
    change(main, "  - ../config/zero3@_here_\n", "")
    [item] = told(main)
    assert (at(item), item.help) == (("main.yaml", 1, 1), "add `- ../config/zero3@_here_` to `defaults`")
    assert item.edits == ()


def test_another_config_is_no_fragment(main: Path) -> None:
    (main.parent / "base.yaml").write_text("warmup: 1\n", encoding="utf-8")
    (main.parent / "other.yaml").write_text("offload: {}\nrewards: {}\n", encoding="utf-8")
    main.write_text("defaults: [base@_here_]\nrewards: {}\nsave_steps: ${offload}\n", encoding="utf-8")
    [item] = told(main)
    assert at(item) == ("main.yaml", 3, 13)


def test_a_variable_that_no_fragment_gives(main: Path) -> None:
    change(main, "${zero3}", "${offload}")
    [item] = told(main)
    assert (at(item), notes(item)) == (("main.yaml", 1, 1), USES)
    change(main, '"${offload}"}}\nref', '"${zero}"}}\nref')
    change(main, '"${offload}"}}\ncri', '"${zero}"}}\ncri')
    [item] = told(main)
    assert at(item) == USES[2]


def test_a_typo_in_several_places_is_edited_in_all(main: Path) -> None:
    change(main, "rewards: {}", "val_length: ${max_lenght}\nrewards: {}")
    change(main, "${max_length}", "${max_lenght}")
    [item] = told(main)
    assert (at(item), [edit.text for edit in item.edits]) == (("main.yaml", 4, 13), ["${max_length}"] * 2)
    assert item.message.endswith("(2 uses)")


def test_what_holds_a_variable_is_not_meant_by_it(tmp_path: Path) -> None:
    path = tmp_path / "main.yaml"
    path.write_text("rewards: {}\ncustom_envs:\n  a: ${custom_env.a}\n", encoding="utf-8")
    [item] = told(path)
    assert (item.edits, "did you mean" in item.help) == ((), False)


@pytest.mark.parametrize("release", ["0.1.3", "0.2.1"])
def test_each_fragment_of_real_configs(shared: Path, tmp_path: Path, release: str) -> None:
    """Without any one of its fragments, a shipped config has one finding about it, at its entry."""
    examples = tmp_path / "examples"
    shutil.copytree(shared / "corpus" / release / "examples", examples)
    checked = 0
    for path in sorted(examples.glob("*/*.yaml")):
        text = path.read_text(encoding="utf-8")
        for entry in re.finditer(r"^  - \.\./config/(\w+)@_here_$", text, re.M):
            fragment = examples / "config" / f"{entry[1]}.yaml"
            if not re.search(rf"^[^#\n]*\${{{entry[1]}}}", text, re.M) or not fragment.exists():
                continue
            content = fragment.read_text(encoding="utf-8")
            line = text[: entry.start()].count("\n") + 1
            fragment.unlink()
            [missing] = told(path)
            fragment.write_text(content.replace(f"{entry[1]}:", "renamed:"), encoding="utf-8")
            [renamed] = told(path)
            fragment.write_text(content, encoding="utf-8")
            path.write_text(text.replace(f"{entry[0]}\n", ""), encoding="utf-8")
            [deleted] = told(path)
            path.write_text(text, encoding="utf-8")
            found = [(item.rule, item.span.first.line) for item in (missing, renamed, deleted)]
            first = text[: text.index("defaults:")].count("\n") + 1
            rule = "undefined-interpolation"
            assert found == [("missing-fragment", line), (rule, line), (rule, first)], path
            checked += 1
    assert checked > 8
