from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roll_schema.source.diagnostic import Severity
from tests.conftest import EXAMPLES, corpus_files
from tests.support import lint_path, lint_text, places


def test_the_place_is_the_literal_and_the_way_is_noted() -> None:
    text = "rank: 24\nactor_infer:\n  model_args:\n    lora_target: q_proj\n    lora_rank: ${rank}\n  strategy_args: {strategy_name: vllm}\n"
    result = lint_text(text)
    (item,) = [item for item in result.diagnostics if item.rule == "lora-rank-refused-by-vllm"]
    assert (item.span.first, item.span.last, item.path) == ((1, 7), (1, 9), "actor_infer.model_args.lora_rank")
    assert (item.notes[0].message, item.notes[0].span.first) == ("used here", (5, 16))


def test_one_report_for_a_literal_that_is_used_twice() -> None:
    result = lint_text("n: x\nsave_steps: ${n}\neval_steps: ${n}\n")
    (item,) = [item for item in result.diagnostics if item.rule == "wrong-type"]
    assert [note.span.first.line for note in item.notes] == [2, 3]


def test_missing_keys_are_at_their_section() -> None:
    result = lint_text("# config\nactor_infer:\n  strategy_args: {strategy_name: vllm}\n")
    found = {(item.path, *item.span.first) for item in result.diagnostics if item.rule == "missing-key"}
    assert {("actor_infer.generating_args", 2, 1), ("response_length", 1, 1), ("pretrain", 1, 1)} <= found


def test_unknown_keys() -> None:
    text = (
        "my_variable: 1\nuse: ${my_variable}\nrewad_clip: 3\nunrelated_thing: 4\nlearning_rate: 1.0\nsave_steps: 5\n"
        "max_steps: 9\nactor_train: {training_args: {seed: 1}}\n"
    )
    result = lint_text(text)
    found = {item.path: (item.rule, item.help) for item in result.diagnostics if item.rule == "unknown-key"}
    assert found["rewad_clip"] == ("unknown-key", "did you mean `reward_clip`?")
    assert found["unrelated_thing"] == (
        "unknown-key",
        "remove `unrelated_thing`, or refer to it as `${unrelated_thing}`",
    )
    assert found["learning_rate"] == ("unknown-key", "move `learning_rate` to `actor_train.training_args`")
    assert "my_variable" not in found


def test_silence_about_what_depends_on_the_unknown() -> None:
    text = "actor_train:\n  device_mapping: ${nope}\n  strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 3}}\n"
    rules = {item.rule for item in lint_text(text).diagnostics if (item.path or "").startswith("actor_train.dev")}
    assert rules == {"undefined-interpolation"}


def test_without_a_fragment_nothing_is_called_missing() -> None:
    result = lint_text(
        "defaults: [nope@_here_]\nsave_steps: x\nactor_train: {strategy_args: {strategy_config: '${zero}'}}\n"
    )
    assert places(result) == [("missing-fragment", 1, 12), ("wrong-type", 2, 13)]


@pytest.mark.parametrize(("text", "rules"), [
    ("", ["empty-file"]), ("# nothing\n", ["empty-file"]), ("~\n", ["empty-file"]), ("- a\n", ["not-a-mapping"]), ("abc\n", ["not-a-mapping"]),
    ("defaults:\n  - config/one\n", ["missing-fragment"]),
])  # fmt: skip
def test_what_is_no_config(text: str, rules: list[str]) -> None:
    assert [item.rule for item in lint_text(text, pipeline=None).diagnostics] == rules


def test_a_fragment_that_lands_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "main").mkdir()
    (tmp_path / "config" / "one.yaml").write_text("x: 1\n", encoding="utf-8")
    path = tmp_path / "main" / "main.yaml"
    path.write_text("defaults:\n  - ../config/one\nexp_name: a\nactor_train: {}\n", encoding="utf-8")
    assert places(lint_path(path), "misplaced-fragment") == [("misplaced-fragment", 2, 5)]


def test_a_fragment_may_name_a_variable_like_a_key_of_another_release(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("opd_kl_coef: 0.5\n", encoding="utf-8")
    path = tmp_path / "main.yaml"
    path.write_text("defaults: [one@_here_]\nexp_name: a\nrewards: {}\n", encoding="utf-8")
    assert places(lint_path(path, release="0.3.0"), "key-not-in-release") == []
    path.write_text("defaults: [one@_here_]\nopd_kl_coef: 0.5\nrewards: {}\n", encoding="utf-8")
    assert places(lint_path(path, release="0.3.0"), "key-not-in-release") == [("key-not-in-release", 2, 1)]


def test_a_fragment_may_define_what_nothing_refers_to(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "main").mkdir()
    one = "my_batch: 8\nsave_step: 10\nrollout_batch_sise: 8\n"
    (tmp_path / "config" / "one.yaml").write_text(one, encoding="utf-8")
    path = tmp_path / "main" / "main.yaml"
    path.write_text("defaults:\n  - ../config/one@_here_\nsave_steps: 10\nmy_size: 8\n", encoding="utf-8")
    found = [
        (Path(item.span.source.name).name, item.span.first.line)
        for item in lint_path(path).diagnostics
        if item.rule == "unknown-key"
    ]
    assert found == [("one.yaml", 3), ("main.yaml", 4)]


def test_values_that_are_not_printed() -> None:
    from roll_schema.report import json, text

    result = lint_text(
        "tracker_kwargs: {api_key: hush-hush-hush, api_key: hush-hush}\nsystem_envs: {HF_TOKEN: 12345678}\n"
    )
    shown = "".join(text.full([result])) + json.render([result])
    assert "hush-hush" not in shown.replace("*", "")
    evil = lint_text('"\\e[31mevil\\u202e": 1\nexp_name: [1]\n')
    assert "\x1b" not in "".join(text.full([evil]))


def test_order_and_selection() -> None:
    text = "save_steps: x\nactor_train: {modle_args: {}}\n"
    assert places(lint_text(text, select=frozenset({"wrong-type"}))) == [("wrong-type", 1, 13)]
    assert "wrong-type" not in {rule for rule, _, _ in places(lint_text(text, ignore=frozenset({"schema"})))}
    result = lint_text(text)
    assert result.diagnostics == sorted(result.diagnostics, key=lambda item: item.sort_key)


def test_overrides_are_linted_at_their_argument() -> None:
    result = lint_text("save_steps: 1\n", overrides=("save_steps=x", "+max_steps=2.5"))
    found = [(item.span.source.name, *item.span.first) for item in result.diagnostics if item.rule == "wrong-type"]
    assert found == [("<override>", 1, 12), ("<override>", 2, 12)]


OK = sorted((EXAMPLES / "ok").glob("*.yaml"))
TEXTS = [path.read_text(encoding="utf-8") for path in OK + corpus_files("0.1.3/**/rlvr_lora*.yaml")]
SNIPPETS = [
    "\t",
    ":",
    "- ",
    "${",
    "}",
    "'",
    "[",
    "{",
    "#",
    "&a ",
    "*a",
    "<<: ",
    "null",
    "1e5",
    "\n",
    "\n\n  x: 1\n",
    "é",
    "???",
    "@",
    "!!int ",
]


@settings(max_examples=150)
@given(st.data())
def test_arbitrary_mutations_never_give_a_traceback(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 30))
        text = text[:at] + data.draw(st.sampled_from(SNIPPETS)) + text[at + cut :]
    result = lint_text(text, path=OK[0])
    for item in result.diagnostics:
        assert 0 <= item.span.start <= item.span.end <= len(item.span.source.text)
        assert item.message
        assert item.severity in Severity


@settings(max_examples=300)
@given(st.binary(max_size=120))
def test_arbitrary_bytes_never_give_a_traceback(data: bytes) -> None:
    lint_text(data)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 70)
    | st.floats()
    | st.sampled_from(["x", "${a}", "list(range(0,8))", "vllm", "", "???"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["model_args", "lora_rank", "x", "strategy_config"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=300)
@given(st.data())
def test_arbitrary_values_in_known_places_never_give_a_traceback(data: st.DataObject) -> None:
    import yaml

    from roll_schema.models import of_pipeline
    from roll_schema.models.worker_config import WorkerConfig

    root = data.draw(st.dictionaries(st.sampled_from(sorted(of_pipeline("rlvr").model_fields)), VALUES, max_size=6))
    root["actor_train"] = data.draw(
        st.dictionaries(st.sampled_from(sorted(WorkerConfig.model_fields)), VALUES, max_size=6)
    )
    lint_text(yaml.safe_dump(root))


def test_two_bad_items_in_one_collection() -> None:
    text = "rewards: {a: {tag_included: [2024, 7]}}\nactor_train: {data_args: {domain_interleave_probs: {a: '1', b: '2'}}}\n"
    assert {line for _, line, _ in places(lint_text(text), "wrong-type")} == {1, 2}


def test_a_wrong_reward_is_no_missing_reward() -> None:
    text = "rewards: {a: ~, b: {}}\nactor_train: {data_args: {domain_interleave_probs: {a: 0.5, b: 0.5}}}\n"
    assert "domain-without-reward" not in {rule for rule, _, _ in places(lint_text(text))}


def test_a_pipeline_that_only_samples_needs_nothing_to_train() -> None:
    text = (
        "pretrain: m\nresponse_length: 10\nrewards: {a: {worker_cls: x, world_size: 1}}\n"
        "actor_infer: {generating_args: {}, device_mapping: '[0]', strategy_args: {strategy_name: vllm, "
        "strategy_config: {load_format: auto}}}\n"
        "validation: {generating_args: {}, data_args: {file_name: [a.jsonl]}}\n"
    )
    result = lint_text(text, pipeline="rlvr_rollout")
    assert [item.rule for item in result.diagnostics if item.severity is Severity.ERROR] == []


@pytest.mark.parametrize("target", ["(q_proj|v_proj)", "^q_proj$", "q_*", "q_proj,v_proj$", ".*q_proj,.*v_proj"])
def test_patterns_that_match_no_module(target: str) -> None:
    text = (
        f"pretrain: Qwen/Qwen2.5-7B\nactor_train:\n  model_args: {{lora_target: '{target}'}}\n  strategy_args: {{}}\n"
    )
    assert places(lint_text(text), "lora-target-accidental-regex") == [("lora-target-accidental-regex", 3, 29)]


@pytest.mark.parametrize(
    "target", [".*(q_proj|v_proj)", r".*\.q_proj$", "model.layers.*", "q_proj,v_proj", "(lm_head)"]
)
def test_patterns_that_may_match(target: str) -> None:
    text = f"actor_train:\n  model_args: {{lora_target: '{target}'}}\n  strategy_args: {{}}\n"
    assert places(lint_text(text), "lora-target-accidental-regex") == []


SECRETS = (
    "tracker_kwargs:\n  api_key: [sk-list-secret]\n  password: 777888\n"
    "system_envs: {WANDB_API_KEY: 123456, HF_TOKEN: [tok_abc], OTHER: 5}\nexp_name: [x]\n"
)


def test_no_report_tells_a_secret() -> None:
    from roll_schema.composition.show import show
    from roll_schema.report import json, text

    result = lint_text(SECRETS)
    assert result.composed is not None
    shown = "".join([*text.full([result]), *text.concise([result]), json.render([result]), *show(result.composed)])
    for secret in ("sk-list-secret", "777888", "123456", "tok_abc"):
        assert secret not in shown, secret
    assert "`WANDB_API_KEY`" in shown


@pytest.mark.parametrize(
    "line", ["max_new_tokens: 4096", "eos_token: x", "add_token_level_kl: true", "pad_token: y", "max_tokens: 3"]
)
def test_numbers_of_tokens_are_no_secrets(line: str) -> None:
    from roll_schema.source.secrets import mask

    assert mask(f"    {line}") == f"    {line}"


def test_overrides_that_do_nothing_are_found() -> None:
    result = lint_text("save_steps: 1\n", overrides=("+my_thing=2", "+save_stepz=2"))
    found = {(item.rule, item.path) for item in result.diagnostics if item.span.source.name == "<override>"}
    assert found == {("unknown-key", "my_thing"), ("unknown-key", "save_stepz")}
