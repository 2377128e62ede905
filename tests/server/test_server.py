"""The language server, spoken to by the client of pytest-lsp as an editor speaks to it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from roll_schema.engine.request import InputError
from roll_schema.server.options import options_of
from roll_schema.server.places import path_of
from tests.clients.editor import Editor
from tests.conftest import EXAMPLES

CONFIG = "ok/lora_zero3.yaml"
TEXT = (EXAMPLES / CONFIG).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("project") / "examples"
    shutil.copytree(EXAMPLES, made)
    (made / "roll-lint.toml").write_text('manual = "https://manual.test"\n')
    return made


def start(folder: Path, **options: Any) -> Editor:
    return Editor([sys.executable, "-m", "roll_schema", "server"], folder, options=options)


@pytest.fixture(scope="module")
def editor(folder: Path) -> Iterator[Editor]:
    made = start(folder)
    made.open(CONFIG, TEXT)
    yield made
    made.close()


@pytest.fixture
def text(editor: Editor) -> str:
    """The text of the open config, which every test finds as it is in the file."""
    assert editor.change(CONFIG, (None, TEXT)) == []
    return TEXT


def place(text: str, mark: str) -> types.Position:
    """The position of the `¦` in a piece of the text."""
    before, _, after = mark.partition("¦")
    start = text.index(before + after) + len(before)
    line = text[:start].count("\n")
    return types.Position(line, start - (text.rfind("\n", 0, start) + 1))


def spot(position: types.Position) -> types.Range:
    return types.Range(position, position)


def places(found: Any) -> list[tuple[str, int, int]]:
    return [(Path(one.uri).name, one.range.start.line + 1, one.range.start.character + 1) for one in found]


def labels(items: list[types.CompletionItem]) -> list[str]:
    return [item.label for item in sorted(items, key=lambda item: item.sort_text or item.label)]


# Problems


def test_problems_come_and_go_as_one_types(editor: Editor, text: str) -> None:
    at = place(text, "save_steps¦: 100")
    edit = types.Range(types.Position(at.line, at.character - 1), at)
    [found] = editor.change(CONFIG, (edit, ""))
    assert (found.code, found.source, found.severity) == ("unknown-key", "roll-lint", types.DiagnosticSeverity.Error)
    assert (found.range.start.line, found.range.start.character, found.range.end.character) == (at.line, 0, 9)
    assert found.message.splitlines()[1:] == ["effect: silently ignored", "did you mean `save_steps`?"]
    assert found.code_description == types.CodeDescription("https://manual.test/rules/unknown-key/")
    assert list(found.tags or ()) == [types.DiagnosticTag.Unnecessary]
    back = types.Range(types.Position(at.line, at.character - 1), types.Position(at.line, at.character - 1))
    assert editor.change(CONFIG, (back, "s")) == []


def test_only_the_last_of_quick_changes_is_linted(editor: Editor, text: str) -> None:
    told: list[int | None] = []
    for number in range(30):
        editor.edit(CONFIG, (None, text.replace("save_steps", f"save_steps_{number}")))
    found = editor.change(CONFIG, (None, text.replace("save_steps", "save_step")), versions=told)
    assert ["`save_step`" in one.message for one in found] == [True]
    assert len(told) <= 3, "not one for each of the thirty"


def test_columns_count_as_the_editor_does(editor: Editor) -> None:
    found = editor.open("units.yaml", "rewards: {}\nrollout_batch_size: 8\nexp_name: '😀é'\nsave_step: {'😀': 1}\n")
    [one] = [one for one in found if one.code == "unknown-key"]
    assert one.range == types.Range(types.Position(3, 0), types.Position(3, 9))
    wide = "rewards: {}\nrollout_batch_size: 8\nexp_name: '😀${x}'\n"
    [one] = [one for one in editor.change("units.yaml", (None, wide)) if one.code == "undefined-interpolation"]
    assert (one.range.start.character, one.range.end.character) == (13, 17)
    assert editor.hover("units.yaml", 2, 14).startswith("`${x}`")


def test_problems_in_a_fragment_stand_at_its_entry(editor: Editor, folder: Path) -> None:
    (folder / "config" / "bad.yaml").write_text("lora_rank: 16\neval_steps: a\n")
    found = editor.open(
        "ok/uses_bad.yaml", TEXT.replace('eval_steps: 10\n', '').replace("  - ../config/deepspeed_zero3@_here_\n",
                                         "  - ../config/deepspeed_zero3@_here_\n  - ../config/bad@_here_\n")
    )  # fmt: skip
    [one] = [one for one in found if one.code == "wrong-type"]
    assert (one.range.start.line, one.range.start.character) == (3, 4)
    assert one.message.startswith("config/bad.yaml:2:13: ")
    assert one.related_information is not None
    assert places([info.location for info in one.related_information])[0] == ("bad.yaml", 2, 13)
    # Mended and saved, it is seen in the configs that are open.
    (folder / "config" / "bad.yaml").write_text("lora_rank: 16\neval_steps: 2\n")

    def save() -> None:
        saved = types.DidSaveTextDocumentParams(editor.document("ok/uses_bad.yaml"))
        editor.client.text_document_did_save(saved)

    assert not [one for one in editor._told("ok/uses_bad.yaml", save) if one.code == "wrong-type"]
    editor.shut("ok/uses_bad.yaml")


def test_a_fragment_is_no_config(editor: Editor, folder: Path, text: str) -> None:
    name = "config/deepspeed_zero3.yaml"
    fragment = (folder / name).read_text()
    assert editor.open(name, fragment) == []
    assert [one.code for one in editor.change(name, (None, fragment + "a: {b: 1\n"))] == ["syntax-error"]


@pytest.mark.parametrize("other", ["a: 1\n---\nb: 2\n", "Resources: !Ref Bucket\n", "a: {b: 1\n", "x: {{ helm }}\n"])
def test_other_yaml_is_no_business_of_ours(editor: Editor, other: str) -> None:
    assert editor.open("manifest.yaml", other) == []
    editor.shut("manifest.yaml")


def test_wrong_settings_are_told_and_the_rest_goes_on(editor: Editor, folder: Path) -> None:
    settings = folder / "broken" / "roll-lint.toml"
    settings.write_text('relese = "0.2.1"\n')
    name = "broken/unknown_key.yaml"
    try:
        first, *others = editor.open(name, (folder / name).read_text())
        assert "did you mean `release`?" in first.message
        assert [found.code for found in others] == ["unknown-key"]
        assert "**training_args" in editor.hover(name, 5, 4)
    finally:
        settings.unlink()
    watched = types.DidChangeWatchedFilesParams([types.FileEvent(settings.as_uri(), types.FileChangeType.Deleted)])
    found = editor._told(name, lambda: editor.client.workspace_did_change_watched_files(watched))
    assert [one.code for one in found] == ["unknown-key"]
    editor.shut(name)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"gpu": "b200"}, "the setting `gpu` must be one of"),
        ({"gpu": ["h100"]}, "the setting `gpu` must be one of"),
        ({"pipeline": {}}, "the setting `pipeline` must be one of"),
        ({"nodes": 0}, "must be positive integers"),
        ({"nodes": True}, "must be positive integers"),
        ({"configDirs": "x"}, "must be a list of texts"),
        ({"relase": "0.2.1"}, "there is no setting `relase`; did you mean `release`?"),
    ],
)
def test_wrong_settings_of_the_client(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        options_of(options)
    assert said in str(error.value)


def test_settings_of_the_client(folder: Path) -> None:
    editor = start(folder, release="0.3.0", gpu="b200", nodes=2)
    try:
        [message] = editor.client.messages
        assert message.message.startswith("roll-lint: the setting `gpu`")
    finally:
        editor.close()
    editor = start(folder, release="0.3.0", nodes=1, gpusPerNode=None)
    try:
        codes = {found.code for found in editor.open(CONFIG, TEXT)}
        assert {"choice-not-in-release", "device-outside-cluster"} <= codes
    finally:
        editor.close()


def test_lines_part_where_the_protocol_says(editor: Editor) -> None:
    lines = "rewards: {}\nrollout_batch_size: 8\n# a\u2028# b\u2029# c\x85# d\rseed: 1\r\n"
    assert "unknown-key" not in {found.code for found in editor.open("parts.yaml", lines)}
    place = types.Range(types.Position(3, 0), types.Position(3, 4))
    found = editor.change("parts.yaml", (place, "seeed"))
    assert ["`seeed`" in one.message for one in found if one.code == "unknown-key"] == [True]
    editor.shut("parts.yaml")


SECRETS = """\
rewards: {}
rollout_batch_size: 8
tracker_kwargs: {api_key: SuperSecret0123456789}
alias: ${tracker_kwargs.api_key}
exp_name: run_${tracker_kwargs.api_key}
hf: hf_QwErTyUiOpAsDfGhJkLzXcVbNm
logging_dir: ${hf}
adv_estimator: ${alias}
seed: ${
"""


def test_no_secret_is_shown(editor: Editor) -> None:
    found = editor.open("secret.yaml", SECRETS.removesuffix("seed: ${\n"))
    shown = [str(found)]
    document = editor.document("secret.yaml")
    for line in range(8):
        for column in (2, 12, 22):
            shown.append(editor.hover("secret.yaml", line, column))
        params = types.CodeActionParams(document, spot(types.Position(line, 1)), types.CodeActionContext([]))
        shown += [str(one.title) for one in editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)]
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = editor.ask(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintParams(document, whole))
    assert len(hints) >= 4
    shown += [str(hint) for hint in hints]
    shown.append(str(editor.ask(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensParams(document))))
    editor.edit("secret.yaml", (None, SECRETS))
    items = editor.complete("secret.yaml", 8, 8)
    assert {"alias", "exp_name", "hf"} <= {item.label for item in items}
    shown += [f"{item.detail} {item.documentation}" for item in items]
    for text in shown:
        assert "SuperSecret" not in text
        assert "hf_QwEr" not in text
    assert any("********" in text for text in shown)
    editor.shut("secret.yaml")


def test_a_value_stays_code(editor: Editor) -> None:
    value = "` ![p](https://evil.test/i.png) [click](command:foo) ``"
    editor.open("marks.yaml", f"rewards: {{}}\nrollout_batch_size: 8\nx: '{value}'\nexp_name: ${{x}}\n")
    assert f"Value: ``` {value} ```, written at" in editor.hover("marks.yaml", 3, 3)
    editor.shut("marks.yaml")


def test_long_lines_and_many_problems_do_not_hold_up(editor: Editor) -> None:
    editor.open("long.yaml", "rewards: {}\nx: [" + "a" * 60_000 + ", b" * 2000 + "\ny: a" + " " * 60_000 + "b\n")
    many = "rewards: {}\nrollout_batch_size: 8\nactor_train:\n  training_args:\n"
    many += "".join(f"    learning_rat{number}: 1\n" for number in range(300))
    before = editor.processor_seconds()
    editor.complete("long.yaml", 1, 62_000)
    editor.complete("long.yaml", 2, 60_004)
    editor.open("many.yaml", many)
    document, whole = editor.document("many.yaml"), types.Range(types.Position(0, 0), types.Position(999, 0))
    found = editor.ask(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionParams(document, whole, types.CodeActionContext([]))
    )
    assert len(found) > 300
    assert editor.processor_seconds() - before < 50
    for name in ("long.yaml", "many.yaml"):
        editor.shut(name)


def test_related_places_lead_to_other_files(editor: Editor) -> None:
    name = "broken/undefined_variable.yaml"
    [found] = editor.open(name, (EXAMPLES / name).read_text(encoding="utf-8"))
    assert found.related_information is not None
    assert ("lora_one_gpu.yaml", 48, 1) in places([info.location for info in found.related_information])


# Fixes


def actions(editor: Editor, at: types.Position, *only: types.CodeActionKind) -> list[types.CodeAction]:
    asked = types.CodeActionContext([], only=list(only) or None)
    params = types.CodeActionParams(editor.document(CONFIG), spot(at), asked)
    found: list[types.CodeAction] = editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)
    return found


def applied(text: str, edits: Any) -> str:
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True):
        start = starts[edit.range.start.line] + edit.range.start.character
        end = starts[edit.range.end.line] + edit.range.end.character
        text = text[:start] + edit.new_text + text[end:]
    return text


def edits_of(action: types.CodeAction) -> Any:
    assert action.edit is not None
    assert action.edit.changes is not None
    [edits] = action.edit.changes.values()
    return edits


def test_quick_fixes(editor: Editor, text: str) -> None:
    wrong = text.replace("save_steps", "save_step").replace("seed: 42", 'seed: "42"')
    editor.change(CONFIG, (None, wrong))
    fix, ignore = actions(editor, place(wrong, "save_st¦ep:"))
    assert (fix.title, fix.is_preferred, fix.kind) == ("Write `save_steps`", True, types.CodeActionKind.QuickFix)
    assert fix.diagnostics is not None
    assert fix.diagnostics[0].code == "unknown-key"
    assert applied(wrong, edits_of(fix)) == text.replace("seed: 42", 'seed: "42"')
    assert ignore.title == "Ignore unknown-key here"
    silent = applied(wrong, edits_of(ignore))
    assert "save_step: 100  # roll-lint: ignore[unknown-key]\n" in silent
    assert {found.code for found in editor.change(CONFIG, (None, silent))} == {"wrong-type"}
    assert not actions(editor, place(wrong, "exp¦_name"))


def test_all_safe_fixes_at_once(editor: Editor, text: str) -> None:
    wrong = text.replace("save_steps", "save_step").replace("seed: 42", 'seed: "42"')
    editor.change(CONFIG, (None, wrong))
    [action] = actions(editor, types.Position(0, 0), types.CodeActionKind.SourceFixAll)
    assert applied(wrong, edits_of(action)) == text
    editor.change(CONFIG, (None, text))
    assert not actions(editor, types.Position(0, 0), types.CodeActionKind.SourceFixAll)


# Hover and going places


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("adv_est¦imator", ["**adv_estimator (choice)**", "- `grpo`: The return", "Default: `gae`", "0.1.0 to 0.3.0"]),
        ("    lora_ra¦nk: ${", ["**lora_rank (integer, or null)**", "Value: `32`, written at `ok/lora_zero3.yaml:48`"]),
        ("    lora_rank: ${lora¦_rank}", ["`${lora_rank}`", "Value: `32`, written at `ok/lora_zero3.yaml:48`"]),
        ("${deep¦speed_zero3}", ["mapping of 3", "config/deepspeed_zero3.yaml:"]),
        ("gpu_memory_util¦ization", ["**gpu_memory_utilization (number)**", "A setting of vLLM."]),
        ("prompt_len¦gth", ["Longest prompt in tokens", "Default: `1024`"]),
    ],
)
def test_hover(editor: Editor, text: str, mark: str, said: list[str]) -> None:
    at = place(text, mark)
    shown = editor.hover(CONFIG, at.line, at.character)
    assert [part for part in said if part not in shown] == []


def test_definitions(editor: Editor, text: str) -> None:
    def go(mark: str) -> list[tuple[str, int, int]]:
        params = types.DefinitionParams(editor.document(CONFIG), place(text, mark))
        return places(editor.ask(types.TEXT_DOCUMENT_DEFINITION, params))

    assert go("lora_rank: ${lo¦ra_rank}") == [("lora_zero3.yaml", 48, 1)]
    [(name, line, _)] = go("${deepspeed¦_zero3}")
    assert (name, line > 0) == ("deepspeed_zero3.yaml", True)
    assert go("../config/deep¦speed_zero3") == [("deepspeed_zero3.yaml", 1, 1)]
    assert go("seed: 4¦2") == []


def test_what_a_key_replaces_is_a_definition(editor: Editor, folder: Path) -> None:
    (folder / "config" / "base.yaml").write_text("max_steps: 5\n")
    name, lines = "ok/replaces.yaml", "defaults:\n  - ../config/base@_here_\nrewards: {}\nmax_steps: 7\n"
    editor.open(name, lines)
    params = types.DefinitionParams(editor.document(name), types.Position(3, 2))
    assert places(editor.ask(types.TEXT_DOCUMENT_DEFINITION, params)) == [("base.yaml", 1, 12)]


def test_references(editor: Editor, text: str) -> None:
    def uses(mark: str, *, declaration: bool) -> list[tuple[str, int, int]]:
        context = types.ReferenceContext(include_declaration=declaration)
        params = types.ReferenceParams(context, editor.document(CONFIG), place(text, mark))
        return places(editor.ask(types.TEXT_DOCUMENT_REFERENCES, params))

    wanted = [("lora_zero3.yaml", 69, 16), ("lora_zero3.yaml", 101, 16)]
    assert uses("\nlora_ra¦nk: 32", declaration=False) == wanted
    assert uses("    lora_rank: ${lora_r¦ank}", declaration=True) == [("lora_zero3.yaml", 48, 1), *wanted]
    assert uses("\nexp_na¦me: q", declaration=False) == [("lora_zero3.yaml", 19, 29)]
    assert uses("\nse¦ed: 42", declaration=False) == []


# Completion


def complete(editor: Editor, text: str, old: str, new: str) -> tuple[str, dict[str, types.CompletionItem]]:
    """Type something in place of a piece, up to `¦`, and ask."""
    assert old in text
    marked = text.replace(old, new, 1)
    typed = marked.replace("¦", "")
    editor.edit(CONFIG, (None, typed))
    at = place(typed, marked[marked.index("¦") - 30 : marked.index("¦") + 30])
    return typed, {item.label: item for item in editor.complete(CONFIG, at.line, at.character)}


@pytest.mark.parametrize(
    ("old", "new", "wanted", "unwanted"),
    [
        ("    warmup_steps: 20", "    warm¦", ["warmup_steps", "warmup_ratio"], ["learning_rate", "rollout_batch_size"]),
        ("pretrain: Q", "re¦\npretrain: Q", ["reference", "reward_pretrain"], ["rewards", "model_args"]),
        ("adv_estimator: reinforce", "adv_estimator: ¦", ["gae", "grpo", "reinforce"], ["true"]),
        ("whiten_advantages: true", "whiten_advantages: ¦", ["true", "false"], ["null"]),
        ("    strategy_name: vllm", "    strategy_name: v¦", ["vllm", "sglang", "deepspeed_train"], ["fsdp2_train"]),
        ("      block_size: 16", "      bl¦", ["block_size", "max_num_seqs"], ["gpu_memory_utilization", "stage"]),
        ("lora_rank: ${lora_rank}", "lora_rank: ${lo¦", ["lora_rank", "lora_alpha", "oc.env:"], ["actor"]),
        ("dir: .", "dir: ${actor_train.model_args.¦", ["lora_rank", "dtype"], ["lora_rank2", "oc.env:"]),
        ("    lora_alpha: ${lora_alpha}\n    model", "    lora_alpha: ${.¦\n    model", ["dtype", "lora_rank"], ["seed"]),
        ("lora_target: o_proj,q_proj,k_proj,v_proj", "lora_target: o_proj,g¦", ["gate_proj", "up_proj"], ["o_proj"]),
        ("../config/deepspeed_zero3@_here_", "../config/¦", ["../config/deepspeed_zero2"], ["..", "../config/.x"]),
        ("template: qwen2_5", "template: ¦", ["qwen2_5", "native"], ["qwen3_coder"]),
        ("max_steps: 500", "max_steps: 500 # roll-lint: ignore[sa¦", ["save-never", "schema"], ["max_steps"]),
        ("  device_mapping: list(range(0,12))", "  device_mapping: ¦", ["list(range(0,8))"], ["null"]),
        ("    tag_included: [ifeval]", "    ¦", ["tag_included", "query_filter_config"], ["reward_type"]),
        ("    tag_included: [ifeval]", "    tag_included: [¦", ["aime"], ["world_size"]),
    ],
)  # fmt: skip
def test_completion(editor: Editor, text: str, old: str, new: str, wanted: list[str], unwanted: list[str]) -> None:
    _, found = complete(editor, text, old, new)
    assert [label for label in wanted if label not in found] == []
    assert [label for label in unwanted if label in found] == []


def test_what_is_chosen_is_put_in_place(editor: Editor, text: str) -> None:
    typed, found = complete(editor, text, "lora_rank: ${lora_rank}", "lora_rank: ${lo¦")
    assert found["lora_rank"].detail == "32"
    assert "    lora_rank: ${lora_rank}\n" in applied(typed, [found["lora_rank"].text_edit])
    typed, found = complete(editor, text, "lora_target: o_proj,q_proj,k_proj,v_proj", "lora_target: o_proj,g¦")
    assert "\nlora_target: o_proj,gate_proj\n" in applied(typed, [found["gate_proj"].text_edit])
    assert found["gate_proj"].detail == "linear of Qwen/Qwen2.5-7B"
    typed, found = complete(editor, text, "adv_estimator: reinforce", "adv_estimator: ¦")
    assert "\nadv_estimator: grpo\n" in applied(typed, [found["grpo"].text_edit])


def test_an_inserted_block_is_right(editor: Editor, text: str) -> None:
    start = text.index("actor_infer:\n")
    end = text.index("\nrewards:\n")
    typed, found = complete(editor, text, text[start:end], "actor_infer:\n  ¦\n")
    made = applied(typed, [found["actor_infer on vLLM"].text_edit])
    problems = {one.code for one in editor.change(CONFIG, (None, made))}
    assert problems.isdisjoint({"syntax-error", "unknown-key", "wrong-type", "invalid-choice", "duplicate-key"})


# Outline, hints, lenses


def test_outline(editor: Editor, text: str) -> None:
    found = editor.ask(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, types.DocumentSymbolParams(editor.document(CONFIG)))
    names = {symbol.name: symbol for symbol in found}
    assert list(names)[:3] == ["defaults", "hydra", "exp_name"]
    assert [child.name for child in names["actor_train"].children][:3] == ["model_args", "training_args", "data_args"]
    train = names["actor_train"]
    assert (
        train.range.start.line
        == train.selection_range.start.line
        == text[: text.index("\nactor_train:")].count("\n") + 1
    )
    assert train.range.end.line > train.range.start.line + 20


def hints_of(editor: Editor) -> dict[int, str]:
    whole = types.Range(types.Position(0, 0), types.Position(999, 0))
    found = editor.ask(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintParams(editor.document(CONFIG), whole))
    return {hint.position.line: hint.label for hint in found}


def test_inlay_hints(editor: Editor, text: str) -> None:
    found = hints_of(editor)

    def on(mark: str) -> str:
        return found[place(text, mark).line]

    assert on("¦    lora_rank: ${lora_rank}") == " = 32"
    assert on("¦rollout_batch_size") == "  512 sequences a step"
    assert on("¦  device_mapping: list(range(0,16))") == "  16 GPUs"
    assert on("¦    gradient_accumulation_steps") == "  512 sequences an optimizer step"
    assert place(text, "strategy_config: ¦${deepspeed_zero3}").line not in found
    editor.change(CONFIG, (None, text.replace("rollout_batch_size: 64", "rollout_batch_size: 32")))
    assert hints_of(editor)[place(text, "¦rollout_batch_size").line] == "  256 sequences a step"
    pure = f"{text.replace('actor_', 'student_')}\n# roll-lint: release=0.2.1\nis_pure_opd: true\n"
    editor.change(CONFIG, (None, pure))
    found = hints_of(editor)
    assert on("¦  device_mapping: list(range(0,16))") == "  16 GPUs"
    assert on("¦    gradient_accumulation_steps") == "  512 sequences an optimizer step"


def test_lenses_show_the_plan(editor: Editor, text: str) -> None:
    found = editor.ask(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensParams(editor.document(CONFIG)))
    by_line = {(lens.range.start.line, lens.command.title) for lens in found}
    assert (0, "64 prompts × 8 samples = 512 sequences per step") in by_line
    assert (place(text, "actor_inf¦er:\n").line, "vllm, 12 engines × 1 GPU") in by_line
    command = found[0].command
    page = editor.ask(
        types.WORKSPACE_EXECUTE_COMMAND, types.ExecuteCommandParams(command.command, arguments=command.arguments)
    )
    assert [shown.uri for shown in editor.client.shown_documents][-1] == page
    assert "<svg" in path_of(page).read_text(encoding="utf-8")


def test_nothing_breaks_on_any_prefix_of_a_config(editor: Editor, text: str) -> None:
    """Everything is asked of texts that end anywhere, as they do while they are typed."""
    for end in range(0, len(text), 97):
        editor.edit(CONFIG, (None, text[:end]))
        line = text[:end].count("\n")
        column = end - (text.rfind("\n", 0, end) + 1)
        editor.complete(CONFIG, line, column)
        editor.hover(CONFIG, line, column)
        at, document = types.Position(line, column), editor.document(CONFIG)
        editor.ask(types.TEXT_DOCUMENT_DEFINITION, types.DefinitionParams(document, at))
        editor.ask(types.TEXT_DOCUMENT_REFERENCES, types.ReferenceParams(types.ReferenceContext(True), document, at))
        editor.ask(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensParams(document))
        editor.ask(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, types.DocumentSymbolParams(document))
        hints_of(editor)
        actions(editor, at)
    assert [message.message for message in editor.client.messages] == []
