"""The installed command, run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, PROJECT
from tests.patience import PATIENCE

OK = "examples/ok/lora_zero3.yaml"
BROKEN = "examples/broken/unknown_key.yaml"


def run(
    *arguments: str, cwd: Path = PROJECT, stdin: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "roll_schema", *arguments],
        cwd=cwd, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


def test_a_config_without_mistakes_prints_one_quiet_line() -> None:
    done = run(OK)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout == "1 file without problems, checked against ROLL 0.1.3 (default), pipeline rlvr (has `rewards`)\n"
    )


def test_a_mistake_is_shown_with_its_place_and_fix() -> None:
    done = run(BROKEN)
    assert done.returncode == 1
    assert f"  --> {BROKEN}:7:5\n" in done.stdout
    assert "7 |     learning_rat: 2.0e-5\n  |     ^^^^^^^^^^^^\n" in done.stdout
    assert "= help: did you mean `learning_rate`?" in done.stdout


def test_concise() -> None:
    assert run(BROKEN, "--output-format", "concise").stdout.startswith(f"{BROKEN}:7:5: error[unknown-key] ")


def test_json_has_its_form() -> None:
    done = run("--output-format", "json", OK, BROKEN)
    document = json.loads(done.stdout)
    assert list(document) == ["version", "tool", "files", "summary", "diagnostics"]
    skipped = document["files"][0].pop("skipped")
    assert {"rule": "device-outside-cluster", "needs": "cluster"} in skipped
    assert {item["needs"] for item in skipped} == {"cluster", "gpu"}
    assert document["files"][0] == {
        "file": OK,
        "release": {"name": "0.1.3", "from": "default"},
        "pipeline": {"name": "rlvr", "from": "has `rewards`"},
        "filtered": 0,
        "unselected": 0,
        "unknown": 0,
        "unjudged": [],
    }
    assert document["summary"] == {"error": 1, "warning": 0, "info": 0}
    (item,) = document["diagnostics"]
    assert list(item) == ["rule", "severity", "message", "fails", "effect", "help", "file", "line", "column", "end_line", "end_column",
                          "path", "notes", "edits"]  # fmt: skip
    assert (item["file"], item["line"], item["column"], item["end_line"], item["end_column"]) == (BROKEN, 7, 5, 7, 17)
    assert item["path"] == "actor_train.training_args.learning_rat"


def test_overrides() -> None:
    assert run(OK, "actor_train.training_args.learning_rate=2.0e-5", "+max_grad_norm=0.5").returncode == 0
    done = run(OK, "lora_rank=24", "actor_train.training_args.learning_rat=1")
    assert "--> <override>:1:11\n" in done.stdout
    assert "--> <override>:2:1\n" in done.stdout
    assert run("examples", "lora_rank=24").returncode == 2


def test_folders_hold_configs_not_fragments() -> None:
    done = run("--output-format", "json", "examples")
    files = [item["file"] for item in json.loads(done.stdout)["files"]]
    assert OK in files
    assert not any("examples/config/" in file for file in files)
    assert len([file for file in files if "broken" in file]) == len(list((EXAMPLES / "broken").glob("*.yaml")))


def test_standard_input() -> None:
    text = (PROJECT / OK).read_text(encoding="utf-8").replace("save_steps: 100", "save_steps: x")
    done = run("-", "--stdin-filename", OK, stdin=text)
    assert done.returncode == 1
    assert f"--> {OK}:26:13\n" in done.stdout


def test_the_cluster_turns_on_rules_about_it() -> None:
    assert run(OK, "--nodes", "2").returncode == 0
    done = run(OK, "--nodes", "1", "--gpus-per-node", "8", "--output-format", "concise")
    assert done.returncode == 1
    assert "error[device-outside-cluster]" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nope.yaml",),
        (OK, "--select", "nope"),
        (OK, "--roll-release", "9"),
        ("examples/config",),
        ("a=1",),
        ("--explain", "nope"),
    ],
)
def test_usage_errors(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_strict_counts_warnings() -> None:
    warned = "examples/broken/different_targets.yaml"
    assert (run(warned).returncode, run(warned, "--strict").returncode) == (0, 1)


def test_select_and_ignore() -> None:
    assert run(BROKEN, "--ignore", "unknown-key").returncode == 0
    assert run(BROKEN, "--ignore", "schema").returncode == 0
    assert run(BROKEN, "--select", "lora,devices").returncode == 0
    assert run(BROKEN, "--select", "schema").returncode == 1


def test_rules_explain_themselves() -> None:
    listed = run("--list-rules").stdout
    assert "unknown-key" in listed
    assert run("--explain", "lora-strategy").stdout.startswith(
        "lora-strategy (lora, error, fails at startup, ROLL <=0.2.0)\n"
    )
    assert "Did you mean unknown-key" in run("--explain", "unknwon-key").stderr


def test_show_tells_where_values_come_from() -> None:
    shown = run("show", OK, "save_steps=7").stdout
    assert "save_steps: 7" in shown
    assert "# <override>:1" in shown
    assert '"${deepspeed_zero3}"' in shown
    resolved = run("show", "--resolve", OK).stdout
    assert any("stage: 3" in line and "deepspeed_zero3.yaml:7" in line for line in resolved.splitlines())
    assert "\nhydra:" not in resolved


def test_colour_only_where_it_is_seen() -> None:
    assert "\x1b[" not in run(BROKEN).stdout
    assert "\x1b[1;31m" in run(BROKEN, "--color", "always").stdout


def test_a_hint_names_the_release_that_would_load_it() -> None:
    done = run(OK, "actor_train.strategy_args.strategy_name=fsdp2_train")
    assert done.returncode == 1
    assert "hint: ROLL 0.2.0, 0.2.1, 0.3.0 would load this config" in done.stdout
    assert "hint:" not in run(OK, "save_steps=x").stdout


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"'{sys.executable}' -m roll_schema examples/broken | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys\nfrom roll_schema.cli import run\ntry:\n    run(['--no-cache', '%s'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('torch','omegaconf','hydra','rich','jsonschema','yaml','ray','importlib.metadata','pygls','lsprotocol') if name in sys.modules"
        " and name != 'importlib.metadata'])" % OK
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stdout.splitlines()[-1] == "[]"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.yaml"
    os.mkfifo(fifo)
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    for name in ("fifo.yaml", "loop.yaml", "gone.yaml"):
        done = run(str(tmp_path / name))
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    assert run("/dev/zero").returncode == 2


def test_an_error_of_ours_is_told_from_one_in_the_config() -> None:
    code = (
        "import sys\nfrom roll_schema import cli\nfrom roll_schema.engine import linting\n"
        "def broken(*arguments):\n    raise RuntimeError('x')\nlinting.lint = broken\ncli.run(['--no-cache', 'examples/ok/lora_zero3.yaml'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "internal error: RuntimeError" in done.stderr
    assert "Traceback" not in done.stderr


def test_explains_which_rules_were_skipped() -> None:
    config = "actor_train:\n  device_mapping: list(range(int('8')))\nrewards: {}\n"
    done = run("-", "--explain-skips", "--select", "devices", stdin=config)
    skipped = next(line for line in done.stdout.splitlines() if "for want of a `device_mapping`" in line)
    assert skipped.startswith("<stdin>: skipped device-outside-cluster, duplicate-device, ")
    assert "skipped for want of device_mapping" in done.stdout.splitlines()[-1]


def test_a_plan_is_printed_and_written(tmp_path: Path) -> None:
    files = [tmp_path / f"plan.{kind}" for kind in ("svg", "html", "json")]
    done = run("plan", OK, "--gpu", "h100-80g", *(word for file in files for word in ("--output", str(file))))
    assert done.returncode == 0
    assert "actor_train: 16 ranks × 1 × 32 = 512 sequences per optimizer step" in done.stdout
    assert "GPU 0-11" in done.stdout
    assert files[0].read_text(encoding="utf-8").startswith("<svg ")
    assert files[1].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads(files[2].read_text(encoding="utf-8"))["gpu"]["name"] == "h100-80g"


def test_a_plan_explains_its_numbers() -> None:
    done = run("plan", OK, "--gpu", "h100-80g", "--explain")
    assert "= 2 bytes × 7,615,616,512 frozen parameters / 16 ranks" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((OK, "--output", "plan.png"), "must end in .svg, .html, .json"),
        ((OK, "--output", "missing/plan.svg"), "cannot be written"),
        ((OK, BROKEN), "plan takes one config"),
        ((OK, "--gpu", "h100"), "is not one of"),
        (("missing.yaml",), "there is no file missing.yaml"),
    ],
)
def test_a_plan_that_cannot_be_made_says_why(words: tuple[str, ...], said: str) -> None:
    done = run("plan", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_hardware_rules_are_asked_for() -> None:
    done = run(OK, "--gpu", "t4-16g", "--output-format", "concise")
    assert done.returncode == 1
    assert "error[bf16-unsupported] `dtype: bf16` requires compute capability 8.0, found 7.5 (NVIDIA T4)" in done.stdout
    assert "warning[kv-cache-too-small]" in done.stdout


def _broken(folder: Path) -> Path:
    config = folder / "c.yaml"
    text = (EXAMPLES / "ok" / "tiny_cpu.yaml").read_text()
    config.write_text(text.replace("save_steps:", "save_step:").replace("adv_estimator: grpo", "adv_estimator: GRPO"))
    config.chmod(0o640)
    return config


def test_fix_writes_what_is_safe_and_says_what_is_left(tmp_path: Path) -> None:
    config = _broken(tmp_path)
    before = run(str(config))
    assert before.returncode == 1
    fixable = int(before.stdout.partition(" fixable with --fix")[0].rpartition(" ")[2])
    done = run("--fix", str(config))
    assert done.returncode == 0, done.stdout
    assert f"Fixed {fixable} problem" in done.stdout
    assert "save_steps:" in config.read_text()
    assert config.stat().st_mode & 0o777 == 0o640
    assert "Fixed" not in run("--fix", str(config)).stdout


def test_diff_shows_the_edits_and_writes_nothing(tmp_path: Path) -> None:
    config = _broken(tmp_path)
    text = config.read_text()
    done = run("--diff", str(config))
    assert done.returncode == 1
    assert "\n-save_step: " in done.stdout
    assert "\n+save_steps: " in done.stdout
    assert "would fix" in done.stderr
    assert config.read_text() == text
    run("--fix", str(config))
    assert run("--diff", str(config)).returncode == 0


def test_fix_of_standard_input_gives_the_text(tmp_path: Path) -> None:
    text = _broken(tmp_path).read_text()
    done = run("--fix", "-", "--stdin-filename", str(tmp_path / "c.yaml"), stdin=text)
    assert "save_steps:" in done.stdout
    assert "GRPO" not in done.stdout
    assert "Fixed" in done.stderr
    assert len(done.stdout.splitlines()) == len(text.splitlines())


def test_unsafe_fixes_are_asked_for_with_fix(tmp_path: Path) -> None:
    done = run("--unsafe-fixes", str(_broken(tmp_path)))
    assert done.returncode == 2
    assert "--unsafe-fixes goes with --fix or --diff" in done.stderr


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = _broken(tmp_path)
    text = config.read_text()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("roll_schema.source.replace.os.replace", refuse)
    from click.testing import CliRunner

    from roll_schema.cli.lint import lint_command

    done = CliRunner().invoke(lint_command, ["--fix", str(config)])
    assert done.exit_code == 2
    assert "cannot be written: No space left on device" in done.output
    assert config.read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["c.yaml"]


def test_files_that_are_no_config_are_passed_over(tmp_path: Path) -> None:
    write = {
        "workflow.yaml": "on: push\ndefaults: {run: {shell: bash}}\nsave_step: 1\n",
        "template.yaml": "a: {{ b }}\n",
        "fragment.yaml": "lora_rank: 16\n",
    }
    for name, text in write.items():
        (tmp_path / name).write_text(text)
    names = [str(tmp_path / name) for name in write]
    done = run("--configs-only", *names)
    assert (done.returncode, done.stdout) == (0, "")
    broken = tmp_path / "broken.yaml"
    broken.write_text("actor_train:\n\tx: 1\n")
    done = run("--configs-only", "--output-format", "concise", *names, str(broken))
    assert done.returncode == 1
    assert "tab-character" in done.stdout
    assert "template.yaml" not in done.stdout


@pytest.mark.parametrize(("name", "begin"), [("github", "::error file="), ("gitlab", "[\n  {"), ("json", "{\n  ")])
def test_formats(name: str, begin: str) -> None:
    done = run("--output-format", name, BROKEN)
    assert done.returncode == 1
    assert done.stdout.startswith(begin)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fix", "--add-ignores"], "--fix and --add-ignores do not go together"),
        (["--diff", "--add-ignores"], "--diff and --add-ignores do not go together"),
        (["--fix", "--write-baseline", "x.json"], "--fix and --write-baseline do not go together"),
        (["--write-baseline", "x.json", "--select", "lora"], "takes all that is wrong"),
        (["--write-baseline", "x.json", "--output-file", "sarif:x.sarif"], "takes all that is wrong"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, options: list[str], said: str) -> None:
    done = run(str(PROJECT / BROKEN), *options, cwd=tmp_path)
    assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True)
    assert list(tmp_path.iterdir()) == []


def test_a_baseline_says_nothing_of_what_was_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("rollout_batch_size: 8\nrewards: {}\nsave_step: 1\n")
    assert run("c.yaml", "--write-baseline", "known.json", cwd=tmp_path).returncode == 0
    done = run("c.yaml", "--baseline", "known.json", cwd=tmp_path)
    assert done.stdout.startswith("1 file without new problems (")
    assert "mended" not in run("c.yaml", "--baseline", "known.json", "--select", "lora", cwd=tmp_path).stdout
    (tmp_path / "c.yaml").write_text("rollout_batch_size: 8\nrewards: {}\nsave_steps: 1\n")
    assert (
        "mended: c.yaml: unknown-key is still in known.json"
        in run("c.yaml", "--baseline", "known.json", cwd=tmp_path).stdout
    )


def test_of_several_files_the_closing_line_names_no_reasons(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# roll-lint: release=0.2.1\nrewards: {}\n")
    (tmp_path / "b.yaml").write_text("# roll-lint: release=0.3.0 pipeline=sft\nx: 1\n")
    last = run("a.yaml", "b.yaml", cwd=tmp_path).stdout.splitlines()[-1]
    assert "checked against ROLL 0.2.1, 0.3.0, pipeline rlvr, sft" in last


def test_a_full_standard_output_is_told() -> None:
    command = [sys.executable, "-m", "roll_schema", "--no-cache", BROKEN]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_the_same_answer_everywhere(form: str) -> None:
    """Whatever the language, the time zone, the terminal, the order of sets, and the order in which files are named."""
    files = sorted(str(path.relative_to(PROJECT)) for path in (EXAMPLES / "broken").glob("*.yaml"))[:12]
    words = ("--no-cache", "--output-format", form, "--preview")
    plain = run(*words, *files, LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="0", COLUMNS="200", TERM="xterm")
    other = run(
        *words, *files, LC_ALL="C", TZ="Asia/Tokyo", PYTHONHASHSEED="7", COLUMNS="20", TERM="dumb", LANG="de_DE"
    )
    assert plain.stdout == other.stdout
    if form == "json":
        turned = json.loads(run(*words, *reversed(files)).stdout)["diagnostics"]
        assert turned == json.loads(plain.stdout)["diagnostics"]
