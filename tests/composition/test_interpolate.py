from __future__ import annotations

import warnings
from typing import Any

import pytest
from hydra.core.utils import setup_globals
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from roll_schema.composition import interpolate
from roll_schema.source import tree
from roll_schema.source.text import Source
from roll_schema.source.tree import UNKNOWN
from tests.support import plain, same

setup_globals()

BASE = "a: 1\nb: {c: 2, d: hi, l: [1, x, {z: 9}], n: ~, e: ''}\nk: d\nf: 1.5\nt: true\nq: '${a}'\nm: '${b}'\ns: ???\n"
PIECES = (
    "${ } ${a} ${b.c} . .. b c a ${k} [ ] 0 1 l l[0] : oc.env: SETX oc.decode: , { ' \" \\ \\\\ $ x - true 1e3 null 1_0"
    " .5 ${b.${k}} ${.a} ${..a} ${.c} ${b.l[2].z} ${m.c} @ é foo ( ) = # / nan 1. s"
).split(" ") + [" "]


def resolve(text: str, environment: dict[str, str] | None = None) -> tuple[Any, list[Any]]:
    root, found = tree.parse(Source("x", text))
    assert root is not None, found
    resolved, faults, *_ = interpolate.resolve(root, {"SETX": "v"} if environment is None else environment)
    return resolved, faults


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETX", "v")
    warnings.simplefilter("ignore")


@settings(max_examples=800)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join),
    st.booleans(),
    st.sampled_from([("z: ", "\n"), ("w: {c: 5, y: ", "}\n"), ("w: [3, ", "]\n")]),
)
def test_agrees_with_omegaconf(value: str, wrapped: bool, place: tuple[str, str]) -> None:
    value = "${" + value + "}" if wrapped else value
    text = f"{BASE}{place[0]}'{value.replace(chr(39), chr(39) * 2)}'{place[1]}"
    try:
        expected = OmegaConf.to_container(OmegaConf.create(text), resolve=True)
    except (OmegaConfBaseException, RecursionError):
        expected = None
    resolved, faults = resolve(text)
    if expected is None:
        assert faults
    else:
        assert not faults
        assert same(plain(resolved), expected)


FAULTS = [
    ("x: ${nope}\n", "undefined-interpolation", (1, 4), (1, 11)),
    ("x: a ${nope} b\n", "undefined-interpolation", (1, 6), (1, 13)),
    ('x: "\\t${nope}"\n', "undefined-interpolation", (1, 7), (1, 14)),
    ("x: >\n  some\n  ${nope}\n", "undefined-interpolation", (3, 3), (3, 10)),
    ("x: [1, '${..nope}']\n", "undefined-interpolation", (1, 9), (1, 18)),
    ("x: ${y}\ny: ${x}\n", "interpolation-cycle", (1, 4), (1, 8)),
    ("x: {y: '${x}'}\n", "interpolation-cycle", (1, 9), (1, 13)),
    ("x: ${\n", "malformed-interpolation", (1, 4), (1, 6)),
    ("x: ${a b}\n", "malformed-interpolation", (1, 4), (1, 10)),
    ("x: ${foo:1}\n", "unknown-resolver", (1, 4), (1, 12)),
    ("x: ${oc.env:NOT_SET}\n", "unset-environment-variable", (1, 4), (1, 21)),
    ("x: ${oc.decode:1}\n", "resolver-failure", (1, 4), (1, 18)),
    ("x: ${hydra:job.name}\n", "resolver-failure", (1, 4), (1, 21)),
]


@pytest.mark.parametrize(("text", "rule", "start", "end"), FAULTS)
def test_faults_are_at_the_interpolation(text: str, rule: str, start: Any, end: Any) -> None:
    _, faults = resolve(text)
    assert (faults[0].rule, faults[0].span.first, faults[0].span.last) == (rule, start, end)


def test_did_you_mean() -> None:
    _, faults = resolve("response_length: 1\nx: ${responce_length}\n")
    assert faults[0].help == "did you mean `${response_length}`?"
    assert faults[0].notes[0].span.first == (1, 1)


def test_every_member_of_a_cycle_is_shown() -> None:
    _, faults = resolve("a: ${b}\nb: ${c}\nc: ${a}\nd: ${a}\n")
    assert [fault.span.first for fault in faults] == [(1, 4), (2, 4), (3, 4)]


def test_no_cascades() -> None:
    resolved, faults = resolve("x: ${nope}\ny: ${x}\nz: a${y}b\nw: {v: '${x}'}\n")
    assert len(faults) == 1
    assert plain(resolved) == {"x": UNKNOWN, "y": UNKNOWN, "z": UNKNOWN, "w": {"v": UNKNOWN}}


def test_types_survive_and_the_literal_is_the_place() -> None:
    resolved, faults = resolve("rank: 32\nuse:\n  lora_rank: ${rank}\n")
    node = resolved.value["use"].value["lora_rank"]
    assert (faults, node.value, node.span.first, node.key_span.first) == ([], 32, (1, 7), (3, 3))
    assert [(hop.kind, hop.span.first) for hop in node.hops] == [("interpolated", (3, 14))]


def test_lists_in_a_text_are_written_as_omegaconf_writes_them() -> None:
    resolved, _ = resolve("s: [foo, 1, {a: b}]\nname: run-${s}\n")
    assert plain(resolved)["name"] == "run-['foo', 1, {'a': 'b'}]"


def test_used_variables_are_known() -> None:
    root, _ = tree.parse(Source("x", "a: 1\nb: {c: 2}\nd: ${a}\ne: {f: '${..b.c}'}\ng: 1\n"))
    assert root is not None
    assert interpolate.resolve(root).used == {"a", "b"}


def test_environment_variables() -> None:
    resolved, faults = resolve("x: ${oc.env:SETX}\ny: ${oc.env:NOT,3}\n")
    assert (plain(resolved), faults) == ({"x": "v", "y": "3"}, [])


def test_a_long_chain_ends_in_an_answer() -> None:
    text = "x0: 1\n" + "".join(f"x{index}: ${{x{index - 1}}}\n" for index in range(1, 400))
    _, faults = resolve("\n".join(reversed(text.splitlines())) + "\n")
    assert {fault.rule for fault in faults} <= {"interpolation-cycle"}
