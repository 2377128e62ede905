from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from roll_schema.composition import compose, interpolate, overrides
from roll_schema.composition.compose import Composition
from roll_schema.source import tree
from roll_schema.source.text import read
from tests.conftest import corpus_files
from tests.support import lint_path, plain, same


def hydra(path: Path, arguments: list[str] | None = None) -> Any:
    """What Hydra composes and OmegaConf resolves, or the exception that stopped it."""
    GlobalHydra.instance().clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with initialize_config_dir(str(path.parent.resolve()), version_base="1.1", job_name="app"):
                config = hydra_compose(config_name=path.name, overrides=arguments or [])
            return OmegaConf.to_container(config, resolve=True)
        except Exception as error:  # Hydra and OmegaConf raise a dozen kinds
            return error


def composed(path: Path, arguments: list[str] | None = None, **options: Any) -> Composition:
    source = read(path)
    root, faults = tree.parse(source)
    assert faults == []
    given, faults = overrides.parse(arguments or [])
    assert faults == []
    return compose.compose(path, source, root or tree.Node({}, source.span(0, 0)), given, **options)


def ours(path: Path, arguments: list[str] | None = None) -> Any:
    composition = composed(path, arguments)
    resolved, faults, *_ = interpolate.resolve(composition.root)
    faults = [*(fault for fault in composition.faults if fault.rule != "misplaced-fragment"), *faults]
    return faults or plain(resolved)


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """`${now:...}` must not tick between the two that are compared."""
    moment = datetime(2026, 1, 2, 3, 4, 5)
    stopped = SimpleNamespace(now=lambda: moment)
    monkeypatch.setattr("hydra.core.utils.datetime", stopped)
    monkeypatch.setattr("roll_schema.composition.interpolate.time", SimpleNamespace(strftime=moment.strftime))


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: str(path)[-60:])
def test_corpus_composes_as_hydra_composes_it(path: Path) -> None:
    expected, got = hydra(path), ours(path)
    if isinstance(expected, Exception):
        assert isinstance(got, list)
        assert got
    else:
        assert same(got, expected)


FILES = {
    "config/one.yaml": "x: 1\nshared: {a: 1, b: [1, 2]}\n",
    "config/two.yaml": "x: 2\nshared: {a: 2, c: ~}\nnested: ${x}\n",
    "config/nested.yaml": "defaults:\n  - one\n  - two@inner\nx: 3\n",
    "config/headed.yaml": "# @package _global_.deep.down\nx: 4\n",
    "group/alpha.yaml": "name: alpha\n",
    "group/beta.yaml": "name: beta\nonly: 1\n",
    "main/group/local.yaml": "name: local\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


CONFIGS = [
    "defaults: [../config/one@_here_, ../config/two@_here_]\nx: 9\n",
    "defaults: [../config/two@_here_, ../config/one@_here_]\n",
    "defaults: [_self_, ../config/one@_here_]\nx: 9\nshared: {a: 7}\n",
    "defaults: [../config/one@_here_, _self_, ../config/two@_here_]\nx: 9\n",
    "defaults: [../config/one@a.b, ../config/two@_global_]\nx: 9\n",
    "defaults: [../config/nested@_here_]\n",
    "defaults: [../config/nested@outer]\n",
    "defaults: [../config/headed@_here_]\n",
    "defaults:\n  - ../config/headed\n",
    "defaults:\n  - ../config/one.yaml@_here_\n",
    "defaults:\n  - group: local\n",
    "defaults:\n  - ../group: alpha\n",
    "defaults:\n  - ../group@_here_: [alpha, beta]\n",
    "defaults:\n  - optional ../group@g: nope\n  - optional group@g: local\n",
    "defaults:\n  - group: null\n",
    "defaults:\n  - group@g: local\n  - override group@g: local\n",
    "defaults:\n  - ../config/one\n",
    "defaults: []\nx: 1\n",
    "defaults:\n  - ../config/missing@_here_\n",
    "defaults: ../config/one\n",
    "defaults:\n",
    "defaults:\n  - 1\n",
    "defaults:\n  -\n",
    "defaults:\n  - {a: b, c: d}\n",
    "defaults: [_self_, _self_]\n",
    "defaults:\n  - main\n",
    "hydra: {run: {dir: .}, output_subdir: null}\nx: 1\n",
    "hydra: {runn: {dir: .}}\nx: 1\n",
    "hydra: 1\n",
    "hydra:\nx: 1\n",
    "hydra:\n  searchpath: [file://{root}/config]\ndefaults: [one@_here_]\n",
    "defaults: [../config/one@_here_]\nuse: ${shared}\nshared: {b: [3]}\n",
    "base: {a: 1}\nuse: ${base}\n",
    "defaults: [../config/one@_here_]\nshared: [1]\n",
    "x: ???\ny: 1\n",
    "- 1\n- 2\n",
]


@pytest.mark.parametrize("text", CONFIGS)
def test_defaults_as_hydra_reads_them(project: Path, text: str) -> None:
    path = project / "main" / "main.yaml"
    path.write_text(text.replace("{root}", str(project)), encoding="utf-8")
    expected, got = hydra(path), ours(path)
    if isinstance(expected, Exception):
        assert isinstance(got, list), got
    else:
        assert same(got, expected)


MAIN = "defaults: [../config/one@_here_]\nk: {l: {m: 1}, n: [1, {o: 2}], nul: ~}\nref: ${shared}\n"
OVERRIDES = [
    ["k.l.m=2"], ["k.l.x=2"], ["+k.l.x=2"], ["++k.l.x=2"], ["++k.l.m=2"], ["+k.l.m=2"], ["+k.nul=1"], ["+new.deep.key=1"],
    ["new.deep=1"], ["~k.l"], ["~k.l.m=1"], ["~k.l.m=2"], ["~nope"], ["~k.nope"], ["k.l={m: 5}"], ["+k.l={p: 5}"], ["k.n=[3]"],
    ["k.n.0=7"], ["k.n.1.o=7"], ["k.n.9=7"], ["ref.a=9"], ["ref={a: 3}"], ["x=${k.l.m}"], ["x='${k.l.m}'"], ["shared.b=[]"],
    ["k.nul=3"], ["k.nul.x=3"], ["+k.nul.x=3"], ["x=1", "x=2"], ["hydra.run.dir=x"], ["+group=local"], ["k=1"], ["x=null"],
    ["x=on"], ["x=1e-5"], ["+group@here=local"], ["nope/x=1"], ["~x", "+x=5"], ["k.l.m.z=1"], ["+k.l.m.z=1"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", OVERRIDES, ids=" ".join)
def test_overrides_as_hydra_applies_them(project: Path, arguments: list[str]) -> None:
    path = project / "main" / "main.yaml"
    path.write_text(MAIN, encoding="utf-8")
    expected, got = hydra(path, arguments), ours(path, arguments)
    if isinstance(expected, Exception):
        assert isinstance(got, list), got
    else:
        assert same(got, expected)


def test_a_missing_fragment_is_shown_at_its_entry(project: Path) -> None:
    path = project / "main" / "main.yaml"
    path.write_text("defaults:\n  - ../config/one@_here_\n  - ../config/tow@_here_\n", encoding="utf-8")
    (fault,) = composed(path).faults
    assert (fault.rule, fault.span.first, fault.span.last) == ("missing-fragment", (3, 5), (3, 25))
    assert fault.help == "Did you mean `../config/two`?"


def test_values_keep_what_they_replace(project: Path) -> None:
    path = project / "main" / "main.yaml"
    path.write_text("defaults: [../config/one@_here_]\nx: 9\n", encoding="utf-8")
    node = composed(path, ["++x=10"]).root.value["x"]
    assert (node.value, node.span.source.name, node.span.first) == (10, "<override>", (1, 5))
    assert [(hop.kind, hop.span.first) for hop in node.hops] == [("overridden", (2, 4))]


def test_nothing_outside_the_project_is_read(project: Path, tmp_path: Path) -> None:
    path = project / "main" / "main.yaml"
    path.write_text("defaults: [../config/one@_here_]\n", encoding="utf-8")
    faults = composed(path, allowed=[project / "main"]).faults
    assert [fault.rule for fault in faults] == ["include-outside-project"]
    (project / "main" / "link.yaml").symlink_to(project / "config" / "one.yaml")
    path.write_text("defaults: [link@_here_]\n", encoding="utf-8")
    assert [fault.rule for fault in composed(path, allowed=[project / "main"]).faults] == ["include-outside-project"]


def test_files_that_include_each_other_are_found(project: Path) -> None:
    (project / "config" / "a.yaml").write_text("defaults: [b@_here_]\n", encoding="utf-8")
    (project / "config" / "b.yaml").write_text("defaults: [a@_here_]\n", encoding="utf-8")
    path = project / "main" / "main.yaml"
    path.write_text("defaults: [../config/a@_here_]\n", encoding="utf-8")
    assert [fault.rule for fault in composed(path).faults] == ["include-cycle"]


@pytest.mark.parametrize("choice", ["2", "0", "1.5", "true", "{a: b}", "[a, 2]"])
def test_a_choice_that_is_no_name(project: Path, choice: str) -> None:
    (project / "c.yaml").write_text(f"defaults:\n  - group: {choice}\nrewards: {{}}\n", encoding="utf-8")
    result = lint_path(project / "c.yaml")
    assert [(item.rule, item.span.first) for item in result.diagnostics][:1] == [("invalid-defaults", (2, 12))]


@pytest.mark.parametrize(
    ("argument", "advice"),
    [("sed=7", "Did you mean `seed`? To add it, write `+sed=7`."), ("seed=1,2", "Write `key=value` to change a key")],
)
def test_a_refused_override_says_what_to_write_instead(project: Path, argument: str, advice: str) -> None:
    path = project / "main" / "main.yaml"
    path.write_text("seed: 1\n", encoding="utf-8")
    result = lint_path(path, overrides=(argument,), select=frozenset({"invalid-override"}))
    assert [item.help.startswith(advice) for item in result.diagnostics] == [True]
