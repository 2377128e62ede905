from __future__ import annotations

import json
from pathlib import Path

import pytest

from roll_schema.engine.result import Choice
from roll_schema.engine.settings import InvalidSettings, Project, find_project
from roll_schema.rules import RULES
from tests.cli.test_cli import run
from tests.support import lint_text, places


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_nearest_settings_file_counts(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.roll-lint]\nrelease = "0.2.0"\n')
    write(
        tmp_path / "a" / "roll-lint.toml", 'release = "0.3.0"\n[paths."deep/*"]\npipeline = "sft"\nrelease = "0.2.1"\n'
    )
    write(tmp_path / "b" / "pyproject.toml", "[project]\nname = 'x'\n")
    write(tmp_path / "c" / "pyproject.toml", "not toml")

    def said(place: str) -> tuple[str, str]:
        path = tmp_path / place
        setting = find_project(path).get("release", path)
        assert setting is not None
        return setting.value, setting.reason

    assert said("a/x.yaml") == ("0.3.0", "roll-lint.toml")
    assert said("a/deep/x.yaml") == ("0.2.1", 'paths."deep/*" in roll-lint.toml')
    assert said("b/x.yaml") == said("c/x.yaml") == ("0.2.0", "pyproject.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('relese = "0.2.1"', "there is no setting `relese`; did you mean `release`?"),
        ('release = "0.9"', "there is no release `0.9`; known are 0.1.0"),
        ("release = 0.3", "`release` must be a text"),
        ('select = "lora"', "`select` must be a list of texts"),
        ('manual = "https://x/\\u001b[31m"', "`manual` must be an address"),
        ('gpu = "h1000"', "there is no gpu `h1000`; known are"),
        ("nodes = 0", "`nodes` must be 1 or more"),
        ("nodes = true", "`nodes` must be a number"),
        ("preview = 1", "`preview` must be true or false"),
        ('severity = "error"', "`severity` must be a table of rules and their severities"),
        ('[severity]\nlora = "fatal"', "`severity.lora` must be one of error, warning, info"),
        ('[paths."a/*"]\nx = 1', 'there is no setting `paths."a/*".x`'),
        ("paths = 1", "`paths` must hold tables"),
        ("a = [", "roll-lint.toml: "),
    ],
)
def test_a_wrong_settings_file_is_said_clearly(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path / "roll-lint.toml", text)
    config = write(tmp_path / "c.yaml", "save_steps: 1\n")
    with pytest.raises(InvalidSettings) as error:
        find_project(config)
    assert message in str(error.value)
    done = run(str(config))
    assert (done.returncode, message in done.stderr, done.stdout) == (2, True, "")


def test_who_decides(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    project = Project(tmp_path / "roll-lint.toml", {"release": "0.2.1", "pipeline": "dpo"})
    comment = "# roll-lint: release=0.3.0 pipeline=sft\nrewards: {}\n"

    def decided(text: str, **options: object) -> tuple[Choice, Choice]:
        result = lint_text(text, path, **{"pipeline": None, **options})
        return result.release, result.pipeline

    default = (Choice("0.1.3", "default"), Choice("rlvr", "has `rewards`"))
    assert decided("rewards: {}\n") == default
    assert decided("rewards: {}\n", project=project) == (
        Choice("0.2.1", "roll-lint.toml"),
        Choice("dpo", "roll-lint.toml"),
    )
    by_comment = (Choice("0.3.0", "comment on line 1"), Choice("sft", "comment on line 1"))
    assert decided(comment, project=project) == by_comment
    asked = (Choice("0.2.0", "--roll-release"), Choice("agentic", "--pipeline"))
    assert decided(comment, project=project, release="0.2.0", pipeline="agentic") == asked


def test_a_comment_that_says_nonsense() -> None:
    text = "save_steps: 1\n# roll-lint: release=0.9 pipelin=sft\n# roll-lint: ignore[x] because\n"
    assert places(lint_text(text), "invalid-setting") == [
        ("invalid-setting", 2, 14),
        ("invalid-setting", 2, 26),
        ("invalid-setting", 3, 21),
    ]


SCRIPT = "python examples/start_{}_pipeline.py --config_path $P --config_name {}\n"


def test_the_script_beside_a_config_tells_the_pipeline(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    write(tmp_path / "run_a.sh", SCRIPT.format("dpo", "mine"))
    write(tmp_path / "run_b.sh", SCRIPT.format("sft", "mine-too"))
    write(tmp_path / "run_c.sh", SCRIPT.format("nonsense", "mine"))
    assert lint_text("save_steps: 1\n", path, pipeline=None).pipeline == Choice("dpo", "run_a.sh starts it")
    # Two scripts start it: its own keys decide, and where they do not fit, nothing is made of the scripts.
    write(tmp_path / "run_d.sh", SCRIPT.format("rlvr_rollout", "mine"))
    write(tmp_path / "run_e.sh", SCRIPT.format("rlvr", "mine"))
    assert lint_text("rewards: {}\n", path, pipeline=None).pipeline == Choice("rlvr", "run_e.sh starts it")
    assert lint_text("sft_train: {}\n", path, pipeline=None).pipeline == Choice("sft", "has `sft_train`")


@pytest.mark.parametrize(
    ("text", "pipeline"),
    [
        ("train_env_manager: {}\nactor_train: {training_args: {}}", "agentic"),
        ("train_env_manager: {}\nactor_train: {model_args: {dtype: bf16}}", "agentic_rollout"),
        ("train_env_manager: {}", "agentic_rollout"),
        ("chosen_key: x", "dpo"),
        ("actor_train: {worker_cls: roll.pipeline.dpo.actor_worker.ActorWorker}", "dpo"),
        ("student: {}\nteacher: {}", "distill"),
        ("student_pretrain: a/Qwen2.5-VL-7B", "distill_vl"),
        ("student_train: {}\nteacher: {}", "onpolicy_distill"),
        ("rewards: {}\npretrain: Qwen/Qwen2.5-VL-7B", "rlvr_vlmath"),
        (
            "rewards: {}\nactor_infer: {strategy_args: {strategy_config: {limit_mm_per_prompt: {image: 1}}}}",
            "rlvr_vlmath",
        ),
        ("actor_train: {strategy_args: {strategy_name: diffusion_deepspeed_train}}", "reward_fl"),
        ("max_steps: 1", "unknown"),
    ],
)
def test_keys_tell_the_pipeline(text: str, pipeline: str) -> None:
    assert lint_text(text, pipeline=None).pipeline.name == pipeline


def test_an_undecided_config_gets_what_is_wrong_in_all_pipelines() -> None:
    text = "save_steps: x\nresponse_length: 8\nmax_grad_norm: 1.0\nunrelated: 1\nlocal_rnk: 3\nglobal_template: 3\n"
    found = places(lint_text(text, pipeline=None))
    assert found == [("wrong-type", 1, 13), ("unknown-key", 4, 1), ("unknown-key", 5, 1)]


def test_a_pipeline_of_another_release() -> None:
    text = "response_length: 8\nactor_train: {}\n"
    found = lint_text(text, release="0.3.0", pipeline="reward_fl")
    assert places(found, "pipeline-not-in-release") == [("pipeline-not-in-release", 1, 1)]
    assert places(lint_text(text, release="0.2.1", pipeline="reward_fl"), "pipeline-not-in-release") == []


def test_show_settings(tmp_path: Path) -> None:
    write(tmp_path / "roll-lint.toml", 'release = "0.2.1"\nignore = ["lora"]\nconfig-dirs = ["shared"]\n')
    config = write(tmp_path / "c.yaml", "# roll-lint: pipeline=sft\nsave_steps: x\n")
    done = run("--show-settings", str(config))
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[1:3] == ["release 0.2.1 roll-lint.toml", "pipeline sft comment on line 1"]
    assert f"fragments {tmp_path / 'shared'}" in lines
    assert lines[-1] == "ignore lora"


def test_a_checkout_that_is_none(tmp_path: Path) -> None:
    config = write(tmp_path / "c.yaml", "save_steps: 1\n")
    done = run("--roll-src", str(tmp_path), str(config))
    assert (done.returncode, "is not a ROLL checkout" in done.stderr) == (2, True)


def test_severities_by_rule_group_and_path(tmp_path: Path) -> None:
    write(
        tmp_path / "roll-lint.toml",
        '[severity]\nschema = "info"\nwrong-type = "warning"\n'
        '[paths."old/*".severity]\nwrong-type = "info"\n[paths."old/a*".severity]\nunknown-key = "error"\n',
    )
    text = 'rewards: {}\nrollout_batch_size: 64\nsave_steps: "1"\nsave_step: 2\n'

    def said(name: str) -> dict[str, str]:
        done = run(str(write(tmp_path / name, text)), "--output-format", "jsonl")
        items = [json.loads(line) for line in done.stdout.splitlines()]
        return {item["rule"]: item["severity"] for item in items if item["rule"] in ("wrong-type", "unknown-key")}

    assert said("new.yaml") == {"wrong-type": "warning", "unknown-key": "info"}
    assert said("old/b.yaml") == {"wrong-type": "info", "unknown-key": "info"}
    assert said("old/a.yaml") == {"wrong-type": "info", "unknown-key": "error"}


def test_rules_on_trial_run_when_asked_for(tmp_path: Path) -> None:
    trial = [rule.name for rule in RULES.values() if rule.preview]
    assert "secret-by-shape" in trial
    text = "rewards: {}\nrollout_batch_size: 64\nsystem_envs: {HF_LOGIN: hf_QwErTyUiOpAsDfGhJkLzXcVbNm}\n"
    config = str(write(tmp_path / "c.yaml", text))

    def found(*options: str) -> bool:
        return "[secret-by-shape]" in run(config, *options).stdout

    assert not found()
    assert found("--preview")
    assert found("--select", "secret-by-shape")
    assert not found("--select", "security")
    assert not found("--preview", "--ignore", "security")
    write(tmp_path / "roll-lint.toml", "preview = true\n")
    assert found()
    assert "hf_Qw" not in run(config).stdout + run(config, "--output-format", "jsonl").stdout
    write(tmp_path / "roll-lint.toml", '[severity]\nlorra = "info"\n')
    assert "roll-lint.toml: lorra is neither a rule nor a group; did you mean lora?" in run(config).stderr
    write(tmp_path / "roll-lint.toml", '[severity]\n"lora,yaml" = "info"\n')
    assert "lora,yaml is neither a rule nor a group" in run(config).stderr


def test_machines_stand_in_the_settings_too(tmp_path: Path) -> None:
    text = "rewards: {}\nrollout_batch_size: 64\nactor_train: {device_mapping: 'list(range(0,16))'}\n"
    config = str(write(tmp_path / "c.yaml", text))
    write(tmp_path / "roll-lint.toml", 'nodes = 1\ngpu = "a100-40g"\ntarget = "run"\n')
    assert "[device-outside-cluster]" in run(config, "--select", "devices").stdout
    assert "[device-outside-cluster]" not in run(config, "--select", "devices", "--nodes", "2").stdout
    assert "error[engine-not-covered]" in run(config, "--select", "run").stdout
    write(tmp_path / "roll-lint.toml", "gpus-per-node = 16\n")
    assert "[device-outside-cluster]" not in run(config, "--select", "devices", "--nodes", "1").stdout
    write(tmp_path / "roll-lint.toml", "nodes = 2\n")
    assert "[device-outside-cluster]" in run(config, "--select", "devices", "--gpus-per-node", "4").stdout
    write(tmp_path / "roll-lint.toml", 'target = "rum"\n')
    assert "roll-lint.toml: rum is no target" in run(config).stderr


@pytest.mark.parametrize(
    "text",
    [
        '[tool.roll-lint]\nrelease = "0.3.0"\n',
        '[ tool . "roll-lint" ]\nrelease = "0.3.0"\n',
        "['tool'.'roll-lint']\nrelease = '0.3.0'\n",
        'tool.roll-lint.release = "0.3.0"\n',
        '[tool]\nroll-lint.release = "0.3.0"\n',
        'tool = {roll-lint = {release = "0.3.0"}}\n',
    ],
)
def test_every_way_of_writing_our_table(tmp_path: Path, text: str) -> None:
    write(tmp_path / "pyproject.toml", "[project]\nname = 'roll-lint'\n" if text.startswith("[") else "")
    (tmp_path / "pyproject.toml").write_text((tmp_path / "pyproject.toml").read_text() + text)
    assert find_project(tmp_path / "c.yaml").values == {"release": "0.3.0"}
