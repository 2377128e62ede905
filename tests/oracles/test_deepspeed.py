"""DeepSpeed's config against the rules on its settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.facts import types
from roll_schema.facts.strategies import Key, backend_of
from tests.oracles.verdicts import PASSES, Cases, Settings, cases, diagnosed, generated, merged, refusal, shown, trainer

pytestmark = pytest.mark.oracle

Ours = Callable[..., str | None]
Config = Callable[[Settings], Any]

CHECKED = ("bf16", "bfloat16", "comms_logger", "compile", "csv_monitor", "fp16", "hybrid_engine", "tensorboard", "wandb",
           "zero_optimization")  # fmt: skip
"""Sections that DeepSpeed has pydantic read."""
UNCHECKED = ("activation_checkpointing", "optimizer", "scheduler")


def on(**sections: Any) -> Settings:
    return {name: {"enabled": enabled} for name, enabled in sections.items()}


def offload(stage: int, part: str = "offload_optimizer", **settings: Any) -> Settings:
    return {"zero_optimization": {"stage": stage, part: settings}}


TRAINER = [
    Cases(
        "two-precisions",
        "simultaneously enabled",
        [on(fp16=True, bf16=True), on(fp16=True, bfloat16=True), on(fp16=1, bf16="true"), on(fp16="on", bf16="1")],
        [on(fp16=True), on(bf16=True), on(fp16=False, bf16=True), on(fp16=True, bf16="false"), on(fp16=True, bf16="auto"),
         on(fp16=True, bf16=False, bfloat16=True)],
    ),
    Cases(
        "invalid-offload",
        "Partial offloading",
        [offload(0, device="cpu", ratio=0.5), offload(2, device="cpu", ratio=0.99), offload(2, ratio=0.5),
         offload(1, device="none", ratio=0.0)],
        [offload(2, device="cpu", ratio=1), offload(3, device="cpu", ratio=0.5), offload(3, device="cpu", ratio=0),
         offload(2, device="cpu")],
    ),
    Cases(
        "accumulation-mismatch",
        "",
        [{"gradient_accumulation_steps": passes} for passes in (1, PASSES - 1, PASSES + 1, 2 * PASSES, 0, "auto", True)],
        [{"gradient_accumulation_steps": passes} for passes in (PASSES, float(PASSES), None)],
    ),
    Cases(
        "unknown-strategy-key",
        "Extra inputs",
        [{"fp16": {"enable": True}}, {"bf16": {"enable": True}}, {"zero_optimization": {"stag": 3}},
         {"zero_optimization": {"offload_param": {"devic": "cpu"}}}],
        [{"zero_optimization": {"stage": 3, "overlap_comm": True}}, {"fp16": {"enabled": True, "loss_scale": 0}}],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "settings", "severity", "about"), cases("DeepSpeedConfig", TRAINER))
def test_deepspeed_config(
    rule: str, settings: Settings, severity: str | None, about: str, deepspeed_config: Config, ours: Ours
) -> None:
    reason = refusal(lambda: deepspeed_config(settings))
    assert (reason is None) is (severity is None), reason
    assert about in (reason or "")
    assert ours(rule, trainer(settings)) == severity


@generated("two-precisions", by="DeepSpeedConfig", examples=100)
@given(data=st.data())
def test_generated_precisions(data: st.DataObject, deepspeed_config: Config, ours: Ours) -> None:
    switch = st.sampled_from([True, False, 0, 1, "true", "False", "yes", "off", "auto"])
    names = st.sampled_from(["fp16", "bf16", "bfloat16"])
    settings = on(**data.draw(st.dictionaries(names, switch)))
    reason = refusal(lambda: deepspeed_config(settings))
    assert (reason is None) is (ours("two-precisions", trainer(settings)) is None), reason


@generated("invalid-offload", by="DeepSpeedConfig", examples=100)
@given(stage=st.integers(0, 3), device=st.sampled_from(["none", "cpu"]), ratio=st.floats(0, 1))
def test_generated_offloads(stage: int, device: str, ratio: float, deepspeed_config: Config, ours: Ours) -> None:
    settings = offload(stage, device=device, ratio=ratio)
    refused = refusal(lambda: deepspeed_config(settings)) is not None
    assert refused is (ours("invalid-offload", trainer(settings)) == "error")


@generated("accumulation-mismatch", by="DeepSpeedConfig", examples=50)
@given(passes=st.integers(-2, 16) | st.floats(0.5, 8))
def test_generated_passes(passes: float, deepspeed_config: Config, ours: Ours) -> None:
    settings = {"gradient_accumulation_steps": passes}
    refused = refusal(lambda: deepspeed_config(settings)) is not None
    assert refused is (ours("accumulation-mismatch", trainer(settings)) == "warning")


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_parameters_are_offloaded_with_stage_3_only(stage: int, deepspeed_config: Config, ours: Ours) -> None:
    settings = offload(stage, "offload_param", device="cpu")
    assert refusal(lambda: deepspeed_config(settings)) is None
    assert ours("ignored-offload", trainer(settings)) == (None if stage == 3 else "warning")


def keys_in(keys: dict[str, Key], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Key]]:
    for name, key in keys.items():
        yield (*above, name), key
        yield from keys_in(key.keys, (*above, name))


def known() -> dict[str, Key]:
    backend = backend_of("deepspeed_train")
    assert backend is not None
    return backend.keys


def nested(path: tuple[str, ...], value: Any) -> Settings:
    for name in reversed(path):
        value = {name: value}
    return value


SECTION_KEYS = [(path, key) for path, key in keys_in(known()) if path[0] in CHECKED and len(path) > 1]
TYPED = [(path, key) for path, key in SECTION_KEYS if key.type != "Any" and not key.keys]
VALUES: dict[str, list[Any]] = {
    "int": ["some text", 1.5, [], {}, None, -1, 0, 1, 7, 5.0e8],
    "float": ["some text", [], {}, None, -0.5, 0, 0.5, 1, 1.5],
    "bool": ["some text", 1.5, 7, [], {}, None, True, False],
    "str": [7, 1.5, True, None, [], {}],
    "list": ["some text", 7, True, {}, []],
    "literal": ["some text", 4, 1.5, -1, [], {}, None],
    "literal|int": [1.5, [], {}, None, "some text", 0.5, 7],
    "str|list": [1.5, {}, None, 7, [], "some text"],
}
"""Values of which pydantic makes what they are, or nothing: it converts quoted numbers, which we only warn of."""


NEEDED = {
    "bf16.bf16_optimizer_states": {"bf16": {"bf16_master_weights_and_grads": True}},
    "bfloat16.bf16_optimizer_states": {"bfloat16": {"bf16_master_weights_and_grads": True}},
    "zero_optimization.offload_optimizer.ratio": {"zero_optimization": {"stage": 3}},
}
"""What must stand beside a key for any value of it to be accepted."""


def values_for(key: Key) -> list[Any]:
    kind = types.parse(key.type)
    return [*VALUES["|".join(one.kind for one in kind.alternatives if one != types.NOTHING)], *kind.choices]


for _, _key in TYPED:
    shown("wrong-strategy-value", "DeepSpeedConfig", listed=len(values_for(_key)))


@pytest.mark.parametrize(("path", "key"), TYPED, ids=lambda value: "" if isinstance(value, Key) else ".".join(value))
def test_values_in_sections(path: tuple[str, ...], key: Key, deepspeed_config: Config, ours: Ours) -> None:
    for value in values_for(key):
        settings = merged(NEEDED.get(".".join(path), {}), nested(path, value))
        reason = refusal(lambda settings=settings: deepspeed_config(settings))
        assert (reason is None) is (ours("wrong-strategy-value", trainer(settings)) is None), (value, reason)


def test_every_key_of_a_section_is_known_to_deepspeed(deepspeed_config: Config) -> None:
    """An empty mapping is of no type that these keys have, so a known key is refused for its value."""
    for path, _ in SECTION_KEYS:
        reason = refusal(lambda path=path: deepspeed_config(nested(path, {}))) or ""
        assert "Extra inputs" not in reason, path


PARTS = {"bf16": "bfloat16_config", "fp16": "float16_config", "zero_optimization": "zero_config"}


@pytest.mark.parametrize(("section", "part"), PARTS.items())
def test_every_key_of_deepspeed_is_known_to_us(section: str, part: str, deepspeed_config: Config) -> None:
    fields = type(getattr(deepspeed_config({}), part)).model_fields
    names = set(fields) | {field.alias for field in fields.values() if field.alias}
    assert names <= set(known()[section].keys)


@generated("unknown-strategy-key", by="DeepSpeedConfig", examples=300)
@given(data=st.data())
def test_unknown_keys_are_refused_or_ignored(data: st.DataObject, deepspeed_config: Config) -> None:
    sections = [(), *((name,) for name in (*CHECKED, *UNCHECKED)), ("zero_optimization", "offload_param")]
    path = data.draw(st.sampled_from(sections))
    inside = known()
    for name in path:
        inside = inside[name].keys
    slips = st.sampled_from(sorted(inside)).map(lambda name: name[:-1])
    name = data.draw((slips | st.from_regex("[a-z]{3,12}", fullmatch=True)).filter(lambda text: text not in inside))
    settings = nested((*path, name), data.draw(st.sampled_from([1, True, "some text", "auto"])))
    found = diagnosed("unknown-strategy-key", trainer(settings))
    assert [item.fails for item in found] == [
        "silently" if refusal(lambda: deepspeed_config(settings)) is None else "at worker start"
    ]


SWITCHES = [path for path, key in SECTION_KEYS if path[-1] in ("stage", "enabled")]
shown("unresolved-auto", "DeepSpeedConfig", listed=len(SWITCHES) + 1)


@pytest.mark.parametrize("path", SWITCHES, ids=".".join)
def test_auto_is_off(path: tuple[str, ...], deepspeed_config: Config, ours: Ours) -> None:
    automatic, off = nested(path, "auto"), nested(path, 0 if path[-1] == "stage" else False)
    assert sections_of(deepspeed_config(automatic)) == sections_of(deepspeed_config(off))
    assert ours("unresolved-auto", trainer(automatic)) == "error"
    assert ours("unresolved-auto", trainer(off)) is None


def sections_of(config: Any) -> Settings:
    return {name: part.model_dump() for name, part in vars(config).items() if hasattr(part, "model_dump")}


def test_auto_is_the_default_elsewhere(deepspeed_config: Config, ours: Ours) -> None:
    settings = {"zero_optimization": {"reduce_bucket_size": "auto", "overlap_comm": "auto"}}
    assert sections_of(deepspeed_config(settings)) == sections_of(deepspeed_config({}))
    assert ours("unresolved-auto", trainer(settings)) is None
