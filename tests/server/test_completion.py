"""What is typed for one fits to what stands there: the text afterwards is YAML, and says what was chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from roll_schema.engine.options import Options
from roll_schema.server.completion import complete
from roll_schema.server.document import Document
from roll_schema.source import tree
from roll_schema.source.text import Source

HEAD = "rewards: {}\nrollout_batch_size: 8\nlora_rank: 16\n"


def chosen(marked: str, label: str, path: Path = Path("c.yaml")) -> str:
    """The text after a label was chosen at the `¦`."""
    before, _, after = (HEAD + marked).partition("¦")
    whole = Document(path, HEAD, Options(release="0.2.1"))
    assert whole.result.composed is not None
    document = Document(path, before + after, Options(release="0.2.1"), whole)
    found = [item for item in complete(document, len(before)) if item.label == label]
    assert found, f"{label} is not offered"
    text = document.source.text
    return (text[: found[0].start] + found[0].text + text[found[0].end :]).removeprefix(HEAD)


@pytest.mark.parametrize(
    ("marked", "label", "wanted"),
    [
        ("adv_estimator: ¦\n", "grpo", "adv_estimator: grpo\n"),
        ("adv_estimator:¦\n", "grpo", "adv_estimator: grpo\n"),
        ("adv_estimator: g¦ae\n", "grpo", "adv_estimator: grpo\n"),
        ("adv_estimator: ¦gae # why\n", "grpo", "adv_estimator: grpo # why\n"),
        ("adv_estimator:¦ gae\n", "grpo", "adv_estimator: grpo\n"),
        ("adv_estimator: 'g¦'\n", "grpo", "adv_estimator: 'grpo'\n"),
        ("adv_estimator: &x g¦\n", "grpo", "adv_estimator: &x grpo\n"),
        ("adv¦: gae\n", "adv_estimator", "adv_estimator: gae\n"),
        ("adv¦_estimator: gae\n", "adv_estimator", "adv_estimator: gae\n"),
        ("adv¦\n", "adv_estimator", "adv_estimator: \n"),
        ("actor_train: {strategy_args: {strategy_name:¦}}\n", "vllm", "actor_train: {strategy_args: {strategy_name: vllm}}\n"),
        ("actor_train: {mod¦}\n", "model_args", "actor_train: {model_args: {}}\n"),
        ("actor_train: {infer¦, x: 1}\n", "infer_batch_size", "actor_train: {infer_batch_size: , x: 1}\n"),
        ("actor_train:\n  data_args:\n    file_name:\n      -¦\n", "data/math.jsonl",
         "actor_train:\n  data_args:\n    file_name:\n      - data/math.jsonl\n"),
        ("actor_train:\n  data_args:\n    file_name: [¦]\n", "data/math.jsonl",
         "actor_train:\n  data_args:\n    file_name: [data/math.jsonl]\n"),
        ("actor_train:\n  device_mapping: list(¦range(0,2))\n", "list(range(0,8))",
         "actor_train:\n  device_mapping: list(range(0,8))\n"),
        ("seed: ${lo¦}\n", "lora_rank", "seed: ${lora_rank}\n"),
        ("seed: ${lo¦\n", "lora_rank", "seed: ${lora_rank}\n"),
        ("seed: ${lo¦ra_alpha}\n", "lora_rank", "seed: ${lora_rank}\n"),
        ("seed: 1 # roll-lint: ignore[save¦-now]\n", "save-never", "seed: 1 # roll-lint: ignore[save-never]\n"),
        ("actor_train:\n  mod¦\n  infer_batch_size: 1\n", "model_args",
         "actor_train:\n  model_args:\n    \n  infer_batch_size: 1\n"),
    ],
)  # fmt: skip
def test_what_is_chosen_fits(marked: str, label: str, wanted: str) -> None:
    assert chosen(marked, label) == wanted


@pytest.mark.parametrize("place", ["actor_infer:\n  ¦\n", "¦\n", "rewards:\n  a: {}\n¦", "x:\n  - 1\n¦"])
def test_blocks_are_yaml_where_they_go(place: str) -> None:
    text = HEAD + chosen(place, "actor_infer on vLLM")
    root, faults = tree.parse(Source("c", text.replace("rewards: {}\n", "", 1)))
    assert faults == []
    assert root is not None
    assert root.value["actor_infer"].value["strategy_args"].value["strategy_name"].value == "vllm"


def test_no_block_goes_between_braces() -> None:
    with pytest.raises(AssertionError, match="not offered"):
        chosen("actor_infer: {¦}\n", "actor_infer on vLLM")


def test_fragments(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "a.yaml").write_text("x: 1\n")
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "c.yaml").write_text("")
    path = tmp_path / "new.yaml"
    assert chosen("defaults:\n  - ¦\n", "parts/", path) == "defaults:\n  - parts/\n"
    assert chosen("defaults:\n  - parts/¦\n", "parts/a", path) == "defaults:\n  - parts/a@_here_\n"
    assert chosen("defaults:\n  - parts/¦@_here_\n", "parts/a", path) == "defaults:\n  - parts/a@_here_\n"
    assert chosen("defaults:\n  - pa¦rts/b@_here_\n", "c", path) == "defaults:\n  - c@_here_\n"
    with pytest.raises(AssertionError, match="not offered"):
        chosen("defaults:\n  - /etc/¦\n", "/etc/hostname", path)


@pytest.mark.parametrize("release", ["0.1.3", "0.2.1", "0.3.0"])
def test_nothing_is_offered_that_is_an_error(release: str) -> None:
    before = (
        "rewards: {}\nrollout_batch_size: 8\npretrain: Qwen/Qwen2.5-7B\nactor_train:\n  model_args:\n    lora_target: "
    )
    whole = Document(Path("c.yaml"), before + "q_proj\n", Options(release=release))
    assert whole.result.config is not None
    labels = [
        item.label for item in complete(Document(Path("c.yaml"), before, Options(release=release), whole), len(before))
    ]
    assert "q_proj" in labels
    assert "all-linear" not in labels
