from __future__ import annotations

from pathlib import Path

import pytest

from tests.composition.oracle import assert_as_hydra
from tests.support import lint_path

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
    assert_as_hydra(path, arguments)


@pytest.mark.parametrize(
    ("argument", "advice"),
    [("sed=7", "did you mean `seed`? otherwise write `+sed=7` to add it"), ("seed=1,2", "write a list: `[1,2]`")],
)
def test_a_refused_override_says_what_to_write_instead(project: Path, argument: str, advice: str) -> None:
    path = project / "main" / "main.yaml"
    path.write_text("seed: 1\n", encoding="utf-8")
    result = lint_path(path, overrides=(argument,), select=frozenset({"invalid-override"}))
    assert [item.help.startswith(advice) for item in result.diagnostics] == [True]
