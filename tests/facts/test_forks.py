"""Checkouts are read as text; those written here hold a release's own classes, with or without changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from roll_schema.facts import forks, releases
from roll_schema.facts.forks.checkout import InvalidCheckout
from tests.support import lint_text, places


def write_checkout(folder: Path, name: str, changes: str = "") -> Path:
    """A checkout with the classes of a release, one file per module that tells classes of one name apart."""
    files: dict[str, list[str]] = {}
    for owner, fields in releases.load(name).classes.items():
        module, _, short = owner.rpartition(".")
        lines = ["@dataclass", f"class {short}:", '    """Of the test."""']
        lines += [f"    {key}: {fact['type']} = {_default(fact)}" for key, fact in fields.items()]
        files.setdefault(module or "worker_config", []).append("\n".join(lines))
    for module, classes in files.items():
        place = folder / "roll" / ("configs" if module == "worker_config" else "pipeline/x") / f"{module}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        head = "import sys\nsys.exit('imported')\nfrom dataclasses import dataclass, field\n\n"
        place.write_text(head + "\n\n".join(classes) + "\n", encoding="utf-8")
    if changes:
        place = folder / "roll" / "configs" / "worker_config.py"
        text = place.read_text(encoding="utf-8")
        end = (text + "\n\n").index("\n\n", text.index("class WorkerConfig:"))
        place.write_text(f"{text[:end]}\n{changes}{text[end:]}", encoding="utf-8")
    return folder


def _default(fact: dict[str, Any]) -> str:
    if "section" in fact:
        return f"field(default_factory={fact['section'].rpartition('.')[2]})"
    if isinstance(fact["default"], (list, dict)):
        return f"field(default_factory=lambda: {fact['default']!r})"
    return repr(fact["default"])


@pytest.mark.parametrize("name", releases.NAMES)
def test_a_checkout_of_a_release_is_that_release(tmp_path: Path, name: str) -> None:
    fork = forks.read(write_checkout(tmp_path, name))
    assert fork.name == name
    assert forks.difference(fork) == (0, 0)
    for owner, fields in releases.load(name).classes.items():
        assert fork.classes[owner] == fields, owner


FORK = """\
    speculative_depth: int = 4
    reward_shape: Literal['flat', 'peaked'] = 'flat'
    extra: Optional[ExtraConfig] = None
    world_size: float = None
"""


def test_a_fork_has_its_own_keys(tmp_path: Path) -> None:
    folder = write_checkout(tmp_path, "0.2.1", FORK)
    extra = "@dataclass\nclass ExtraConfig:\n    depth: int = 1\n    again: ExtraConfig = None\n"
    (folder / "roll" / "configs" / "extra.py").write_text(extra, encoding="utf-8")
    fork = forks.read(folder)
    assert (fork.name, forks.difference(fork)) == ("0.2.1", (4, 0))
    text = (
        "actor_train:\n  speculative_depth: 8\n  reward_shape: peaked\n  world_size: 1.5\n  extra: {depth: 2}\n"
        "rewards:\n  m: {speculative_depth: 8}\n"
        "critic:\n  speculative_depth: '8'\n  reward_shape: round\n  speculative_dept: 8\n  extra: {dept: 2}\n"
    )
    found = places(lint_text(text, fork=fork))
    wanted = [("wrong-type", 9, 22), ("invalid-choice", 10, 17), ("unknown-key", 11, 3), ("unknown-key", 12, 11)]
    assert [place for place in found if place[0] in ("wrong-type", "invalid-choice")] == wanted[:2]
    # Rewards are a class of their own, which this fork left as it is.
    assert [place for place in found if place[0] == "unknown-key"] == [("unknown-key", 7, 7), *wanted[2:]]


def test_inheritance_and_ways_of_writing_types(tmp_path: Path) -> None:
    configs = tmp_path / "roll" / "configs"
    configs.mkdir(parents=True)
    text = (
        "import typing as t\nKinds = Literal['a', 'b']\n"
        "@dataclasses.dataclass(frozen=True)\nclass Base:\n    one: int = 1\n    two: 't.Optional[str]' = None\n"
        "@dataclass\nclass WorkerConfig(Base):\n    two: str | None = 'x'\n    three: list[dict[str, float]] = field(default_factory=list)\n"
        "    four: Kinds = 'a'\n    five: ClassVar[int] = 3\n    six: int = compute()\n    seven: int\n"
        "    eight: Union[Literal['a'], Dict[str, Literal['b']]] = 'a'\n"
    )
    (configs / "worker_config.py").write_text(text, encoding="utf-8")
    fields = forks.read(tmp_path).classes["WorkerConfig"]
    assert fields == {
        "one": {"type": "int", "default": 1},
        "two": {"type": "Optional[str]", "default": "x"},
        "three": {"type": "List[Dict[str, float]]", "default": []},
        "four": {"type": "Literal['a', 'b']", "default": "a", "choices": ["a", "b"]},
        "six": {"type": "int", "default": None},
        "seven": {"type": "int", "default": None},
        "eight": {"type": "Union[Literal['a'], Dict[str, Literal['b']]]", "default": "a", "choices": ["a"]},
    }


def test_what_is_no_checkout_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(InvalidCheckout, match="is not a ROLL checkout"):
        forks.read(tmp_path)
    configs = tmp_path / "roll" / "configs"
    configs.mkdir(parents=True)
    file = configs / "worker_config.py"
    hostile = {
        "def f(:\n": r"worker_config.py:1: ",
        "x = " + "(" * 5000: "worker_config.py",
        "\0": "worker_config.py",
        "@dataclass\nclass WorkerConfig:\n    a: Literal[" + "-" * 3000 + "1] = 1\n": "worker_config.py",
        "@dataclass\nclass WorkerConfig(WorkerConfig):\n    a: int = 1\n" + "#" * 2_000_000: "is larger than 1024 KiB",
    }
    for text, message in hostile.items():
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InvalidCheckout, match=message):
            forks.read(tmp_path)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidCheckout, match="cannot be read"):
        forks.read(tmp_path)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(InvalidCheckout, match="not a regular file"):
        forks.read(tmp_path)


def test_links_out_of_the_checkout_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("@dataclass\nclass WorkerConfig:\n    a: int = 1\n", encoding="utf-8")
    configs = tmp_path / "checkout" / "roll" / "configs"
    configs.mkdir(parents=True)
    (configs / "worker_config.py").symlink_to(outside)
    with pytest.raises(InvalidCheckout, match="is outside the checkout"):
        forks.read(tmp_path / "checkout")


def test_classes_that_inherit_in_a_circle_end(tmp_path: Path) -> None:
    configs = tmp_path / "roll" / "configs"
    configs.mkdir(parents=True)
    text = "@dataclass\nclass WorkerConfig(B):\n    a: int = 1\n@dataclass\nclass B(WorkerConfig):\n    b: int = 1\n"
    (configs / "worker_config.py").write_text(text, encoding="utf-8")
    assert set(forks.read(tmp_path).classes["WorkerConfig"]) == {"a", "b"}


def test_a_config_in_a_checkout_is_for_its_release(tmp_path: Path) -> None:
    folder = write_checkout(tmp_path / "ROLL", "0.3.0")
    result = lint_text("save_steps: 1\n", folder / "examples" / "c.yaml")
    assert (result.release.name, result.release.reason) == ("0.3.0", "nearest to the ROLL checkout ROLL")
