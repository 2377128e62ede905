"""The schemas in the real yaml-language-server: completion, hover, and squiggles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from lsprotocol import types
from ruamel.yaml import YAML

from roll_schema.export import descriptions
from roll_schema.facts import releases
from roll_schema.source.diagnostic import Severity
from tests.clients import yaml_server
from tests.clients.editor import Editor
from tests.clients.yaml_server import SQUIGGLES, with_schema
from tests.conftest import EXAMPLES, json_lines
from tests.support import lint_path, lint_text
from tests.test_corpus import pipeline_of, rows


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    made = yaml_server.start(tmp_path_factory.mktemp("editor"))
    yield made
    made.close()


NUMBERS = count()


def fresh() -> str:
    """A name for a text: the server keeps what it knows of one that it has seen."""
    return f"{next(NUMBERS)}.yaml"


def at(marked: str, release: str, pipeline: str) -> tuple[str, int, int]:
    """A text whose place is marked by `|`, with its schema: the place as editors count."""
    before, _, after = marked.partition("|")
    text = with_schema(before + after, release, pipeline)
    return text, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)


def completed(
    editor: Editor, marked: str, release: str = "0.2.1", pipeline: str = "rlvr"
) -> dict[str, types.CompletionItem]:
    text, line, column = at(marked, release, pipeline)
    editor.open(name := fresh(), text)
    found = editor.complete(name, line, column)
    return {item.label: item for item in found}


WORKER = "actor_infer:\n  strategy_args:\n    strategy_name: {}\n    strategy_config:\n      {}|"


@pytest.mark.parametrize(
    ("marked", "labels"),
    [
        # keys
        ("ro|", ["rollout_batch_size", "rollout_dump_dir", "actor_train", "rewards", "defaults", "hydra"]),
        ("seed: 1\n|", ["max_steps", "save_steps"]),
        ("actor_train:\n  |", ["model_args", "training_args", "device_mapping"]),
        ("actor_train:\n  model_args:\n    lo|", ["lora_rank", "lora_alpha", "lora_target"]),
        ("actor_train:\n  training_args:\n    |", ["learning_rate", "warmup_ratio"]),
        ("actor_infer:\n  generating_args:\n    |", ["max_new_tokens", "temperature"]),
        ("actor_train:\n  data_args:\n    |", ["file_name", "template", "domain_interleave_probs"]),
        ("rewards:\n  math_rule:\n    |", ["worker_cls", "tag_included", "reward_type"]),
        ("validation:\n  data_args:\n    file_name: [a]\n    |", ["template"]),
        # choices
        ("adv_estimator: |", ["gae", "reinforce", "grpo"]),
        ("actor_train:\n  model_args:\n    dtype: |", ["bf16", "fp16", "fp32"]),
        ("actor_train:\n  strategy_args:\n    strategy_name: |", ["megatron_train", "deepspeed_train"]),
        ("async_pipeline: true\nloss_agg_mode: |", ["token-mean", "seq-mean-token-mean"]),
        # other values
        ("use_kl_loss: |", ["true", "false"]),
        ("track_with: |", ["tensorboard", "wandb", "swanlab", "stdout"]),
        ("actor_train:\n  device_mapping: |", ["list(range(0,8))"]),
        ("actor_train:\n  data_args:\n    template: |", ["qwen2_5", "chatml"]),
        # a backend's settings
        (WORKER.format("vllm", "gpu"), ["gpu_memory_utilization", "enforce_eager", "block_size"]),
        (WORKER.format("megatron_train", ""), ["tensor_model_parallel_size", "recompute_granularity"]),
        ("actor_train:\n  strategy_args:\n    strategy_name: deepspeed_train\n    strategy_config:\n"
         "      zero_optimization:\n        |", ["stage", "stage3_gather_16bit_weights_on_model_save"]),
        # items of lists, and blocks
        ("actor_train:\n  data_args:\n    file_name:\n      - |", ["data/math.jsonl"]),
        ("rewards:\n  math_rule:\n    tag_included:\n      - |", ["aime"]),
        ("train_infer_correction:\n  filters:\n    - |", ["agg_type", "ratio_low"]),
        ("actor_train: |", ["actor_train on Megatron"]),
        ("actor_train:\n  strategy_args:\n    |", ["vLLM", "Megatron", "DeepSpeed ZeRO-3"]),
    ],
)  # fmt: skip
def test_completion(editor: Editor, marked: str, labels: list[str]) -> None:
    assert set(labels) <= set(completed(editor, marked))


def test_only_the_backend_that_is_named_is_completed(editor: Editor) -> None:
    assert "tensor_model_parallel_size" not in completed(editor, WORKER.format("vllm", ""))
    assert "gpu_memory_utilization" not in completed(editor, WORKER.format("megatron_train", ""))


def test_keys_of_other_releases_are_not_suggested(editor: Editor) -> None:
    assert "reward_shift" in completed(editor, "re|", "0.1.0")
    assert "reward_shift" not in completed(editor, "re|", "0.1.3")
    assert "DeepSpeed ZeRO-3" not in completed(editor, "actor_train:\n  strategy_args:\n    |", "0.3.0")


def test_choices_say_what_they_mean(editor: Editor) -> None:
    assert completed(editor, "adv_estimator: |")["grpo"].documentation == (
        "The return, with rewards normalised over the samples of each prompt."
    )


@pytest.mark.parametrize(
    ("marked", "title", "said"),
    [
        ("save_|steps: 5", "save\\_steps (integer)", ["Steps between two checkpoints.", "Default: `50`"]),
        ("adv_estimator: gr|po", "adv\\_estimator (choice)", ["How rewards become advantages", "* `grpo`: The return"]),
        ("actor_tr|ain:\n  name: a", "actor\\_train (WorkerConfig)", ["Workers that train the policy."]),
        ("actor_train:\n  model_args:\n    lora_r|ank: 8", "lora\\_rank (integer, or null)", ["Example:", "32"]),
        ("rewards:\n  math_ru|le:\n    world_size: 8", "RewardConfig", []),
        ("prompt_length: ${le|n}", "prompt\\_length (integer, or null)", ["Longest prompt in tokens"]),
        (WORKER.format("vllm", "gpu_memory_ut") + "ilization: 0.5", "gpu\\_memory\\_utilization (number)", []),
    ],
)
def test_hover(editor: Editor, marked: str, title: str, said: list[str]) -> None:
    text, line, column = at(marked, "0.2.1", "rlvr")
    editor.open(name := fresh(), text)
    shown = editor.hover(name, line, column)
    assert shown.startswith(f"#### {title}")
    assert all(part in shown for part in said)


def test_squiggles_on_the_examples(editor: Editor) -> None:
    found = yaml_server.squiggles(editor)
    assert SQUIGGLES.read_text(encoding="utf-8") == found
    assert not re.search(r"^ok/", found, re.M)


def test_each_squiggle_is_where_roll_lint_finds_something() -> None:
    for line in SQUIGGLES.read_text(encoding="utf-8").splitlines():
        file, number = line.split(":")[:2]
        found = {item.span.first.line for item in lint_path(EXAMPLES / file).diagnostics}
        assert any(abs(int(number) - place) <= 1 for place in found), line


OPEN = """\
defaults:
  - ../config/envs@_here_
  - override /hydra/job_logging: none
hydra: {run: {dir: .}}
my_rank: 16
deepspeed_zero3: ${other}
save_steps: ${oc.env:STEPS,5}
use_kl_loss: ${x}
adv_estimator: ${estimator}
prompt_length: ~
rewards: {a: "${b}", c: {tag_included: "${tags}", world_size: "${n}"}}
actor_train:
  model_args: &model {lora_rank: "${my_rank}", dtype: "${dtype}"}
  training_args: ${training}
  strategy_args: {strategy_name: "${backend}", strategy_config: "${deepspeed_zero3}"}
actor_infer:
  model_args: {<<: *model, lora_target: "${t}"}
  strategy_args: {strategy_name: vllm, strategy_config: {gpu_memory_utilization: "${g}", new_key: 1}}
"""


def test_no_squiggle_on_what_is_open(editor: Editor) -> None:
    """Variables, references, `defaults`, `hydra`, overrides of fragments, keys that a backend may come to know."""
    assert editor.open(fresh(), with_schema(OPEN, "0.2.1")) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("save_steps: a", "Write an integer, or a `${...}`."),
        ("actor_train: {modle_args: 1}", "Property modle_args is not allowed."),
        (
            "reward_shift: 1",
            "Only ROLL 0.1.0 has this key. Remove `reward_shift`; set `norm_mean_type` to subtract the mean.",
        ),
        ("adv_estimator: GRPO", 'Value is not accepted. Valid values: "gae",'),
    ],
)
def test_squiggles_say_what_to_do(editor: Editor, text: str, message: str) -> None:
    [found] = editor.open(fresh(), with_schema(text, "0.2.1"))
    assert found.message.startswith(message)
    assert found.range.start.line == 1


def test_no_squiggle_on_real_configs_but_where_roll_lint_has_one(editor: Editor, shared: Path) -> None:
    seen = 0
    for row in rows("corpus"):
        if row["release"] != "0.2.1" or row["verdict"] != "accept":
            continue
        path = shared / "corpus" / "0.2.1" / row["path"]
        ignored = {one["line"] for one in json_lines(shared / "corpus" / "0.2.1" / "ignored_keys.jsonl")
                   if one["path"] == row["path"]}  # fmt: skip
        text = with_schema(path.read_text(encoding="utf-8"), "0.2.1", pipeline_of(row))
        shift = text.count("\n") - path.read_text(encoding="utf-8").count("\n")
        for found in editor.open(fresh(), text):
            assert found.range.start.line + 1 - shift in ignored, (row["path"], found.range.start.line, found.message)
            seen += 1
    assert seen > 0


def filled(body: object) -> object:
    """A snippet's body as values: `~` stands for null."""
    if isinstance(body, dict):
        return {key: filled(value) for key, value in body.items()}
    return None if body == "~" else body


def test_inserted_blocks_are_right() -> None:
    """Every snippet, put where it goes, has no error in any release that offers it."""
    tried = 0
    for name in releases.NAMES:
        release = releases.load(name)
        for field in ("actor_train", "actor_infer", "reference", "rewards", "strategy_args"):
            for snippet in descriptions.snippets(field, release):
                block = {field: filled(snippet.body)}
                role = "actor_infer" if snippet.label in ("vLLM", "SGLang") else "actor_train"
                config = {role: block} if field == "strategy_args" else block
                made = {"response_length": 8, "num_return_sequences_in_group": 8, "pretrain": "a/b", **config}
                found = lint_text(json.dumps(made), release=name).diagnostics
                about = [item for item in found if item.severity is Severity.ERROR and item.path and field in item.path]
                missing = ("missing-key", "actor-train-missing")
                assert [item.message for item in about if item.rule not in missing] == [], (name, snippet.label)
                tried += 1
    assert tried > 30


def test_an_inserted_block_reads_as_written(editor: Editor) -> None:
    item = completed(editor, "actor_infer:\n  |")["actor_infer on vLLM"]
    assert item.insert_text_format is types.InsertTextFormat.Snippet
    inserted = item.text_edit.new_text if item.text_edit else item.insert_text
    text = re.sub(r"\\([$}\\])", r"\1", str(inserted))
    [snippet] = descriptions.snippets("actor_infer", releases.load("0.2.1"))
    assert YAML(typ="safe").load(text) == snippet.body
