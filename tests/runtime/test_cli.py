"""The command line where nothing is started: refusals, plans, handing over, and reports."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from roll_runtime import check, guard, report
from roll_runtime.cli import main
from roll_runtime.progress import Progress, duration

from tests.conftest import EXAMPLES
from tests.patience import PATIENCE, wait_until
from tests.runtime.conftest import CONFIG

OK, BROKEN = EXAMPLES / "ok", EXAMPLES / "broken"


def roll_run(*words: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_errors_are_printed_as_the_linter_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    config = BROKEN / "unknown_target.yaml"
    assert roll_run(config) == 1
    printed = capsys.readouterr().out
    linted = subprocess.run(
        [sys.executable, "-m", "roll_schema", "--target", "run", str(config)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert printed == linted.stdout


@pytest.mark.parametrize("config", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_broken_config_gets_any_further(config: Path) -> None:
    result = check.check(config, (), None, (), (), target="")
    assert result is None or not result.result.count(result.result.diagnostics[0].severity.ERROR)


def test_a_function_stands_for_any_class(tmp_path: Path) -> None:
    config = OK / "lora_zero3.yaml"
    other = ("rewards.ifeval.worker_cls=roll.pipeline.rlvr.rewards.detection_reward_worker.DetectionRewardWorker",)
    assert check.check(config, other, None, (), ()) is None
    assert check.check(config, other, None, (), ("ifeval",)) is not None


def test_a_resumed_run_keeps_its_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "tiny-cpu"
    (folder / "checkpoints" / "step-000001").mkdir(parents=True)
    (folder / "run.json").write_text('{"roll_release": "0.2.1"}')
    only_in_0_2 = (f"output_dir={tmp_path}", "+train_infer_correction={filters: []}")

    def release(*overrides: str, **how: Any) -> str:
        checked = check.check(CONFIG, overrides, None, (), (), **how)
        assert checked is not None, capsys.readouterr().out
        return checked.result.release.name

    assert release(*only_in_0_2, resume=True) == "0.2.1"
    assert release(resume_from=folder / "checkpoints" / "step-000001") == "0.2.1"
    assert release(f"output_dir={tmp_path}") == release(resume=True) == "0.1.3"
    assert roll_run(CONFIG, only_in_0_2[0], "--resume", "--roll-release", "0.1.3") == 2
    assert "started with ROLL 0.2.1" in capsys.readouterr().err


@pytest.mark.engines
def test_programs_of_the_model_need_leave(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = "roll.pipeline.rlvr.rewards.code_sandbox_reward_worker.CodeSandboxRewardWorker"
    assert roll_run(CONFIG, f"rewards.math_rule.worker_cls={code}", f"output_dir={tmp_path}") == 2
    assert "allow it with `--execute-answers isolated`" in capfd.readouterr().err


def test_the_plan_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert roll_run("--plan", CONFIG) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:4] == [
        "1 device on 1 node",
        "node 0",
        "  actor_train     1 worker, 1 device each: 0, sharing (0.5 of a device)",
        "  actor_infer     1 worker, 1 device each: 0, sharing (0.5 of a device)",
    ]
    assert "no effect, since vLLM forms its own batches: actor_infer.infer_batch_size" in printed[4:]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.yaml"], "none.yaml cannot be read"),
        ([CONFIG, "--reward", "mine.py"], "must be DOMAIN=FILE.py:FUNCTION"),
        ([CONFIG, "--engine", "roll"], "needs a checkout of ROLL"),
        (["export", "nowhere", "there"], "does not exist"),
    ],
)
def test_wrong_usage(words: list[object], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert roll_run(*words) == 2
    assert message in capsys.readouterr().err


def test_a_config_is_handed_to_roll(tmp_path: Path, monkeypatch: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The start script, stood in for by one that reads the config as ROLL's does, with Hydra."""
    monkeypatch.chdir(tmp_path)
    examples = tmp_path / "ROLL" / "examples"
    examples.mkdir(parents=True)
    (examples / "start_rlvr_pipeline.py").write_text(
        "import argparse, json\n"
        "from hydra import compose, initialize\n"
        "from omegaconf import OmegaConf\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--config_path')\n"
        "parser.add_argument('--config_name')\n"
        "args = parser.parse_args()\n"
        "initialize(config_path=args.config_path, job_name='app', version_base=None)\n"
        "print(json.dumps(OmegaConf.to_container(compose(config_name=args.config_name), resolve=True)))\n"
    )
    config = OK / "lora_zero3.yaml"
    words = ["--engine", "roll", "--roll-src", "ROLL", "--dry-run", config]
    for overrides, steps in ([], None), (["max_steps=3"], 3):
        assert roll_run(*words, *overrides) == 0
        command = capsys.readouterr().out.strip()
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        read = json.loads(done.stdout)
        assert read["actor_train"]["model_args"]["lora_rank"] == 32
        assert steps in (None, read["max_steps"])
    assert roll_run(*words[:3], tmp_path, *words[4:]) == 3
    assert "has no examples/start_rlvr_pipeline.py" in capsys.readouterr().err


def test_progress_on_a_terminal_and_elsewhere() -> None:
    step = {"step": 1, "reward/mean": 0.5, "train/grad_norm": 0.25, "tokens_per_second": 2000.0, "time/step": 2.0}
    domains = {"reward/mean/a": 0.0, "reward/mean/b": 1.0}
    plain = io.StringIO()
    shown = Progress(4, plain)
    shown.begin(0)
    shown("phase", {"name": "generate"})
    shown("step", step)
    shown("step", step | domains | {"step": 2})
    assert plain.getvalue().splitlines() == [
        "step 1/4  reward 0.500  gradient 0.250  tok/s 2000  2.00 s",
        "step 2/4  reward 0.500  gradient 0.250  tok/s 2000  a 0.000, b 1.000  2.00 s  ETA 4 s",
    ]

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    live = Terminal()
    shown = Progress(4, live)
    shown.begin(0)
    shown("phase", {"name": "generate"})
    assert live.getvalue().endswith("step 1/4  generate")


@pytest.mark.parametrize(("seconds", "text"), [(5.4, "5 s"), (65, "1 min 5 s"), (3720, "1 h 2 min")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_report_is_one_file_that_runs_nothing() -> None:
    rows = [
        {"step": at, "reward/mean": at / 3, "tokens_per_second": 1500.0, "time/step": 1.0, "time/generate": 0.6}
        for at in (1, 2, 3)
    ]
    samples = [{"step": at, "prompt": "<script>alert(1)</script>", "answer": "&", "score": 1.0} for at in (1, 3)]
    page = report.render('a "run"', "of <it>", rows, samples)
    assert "<script" not in page
    assert "http" not in page
    assert "&lt;script&gt;" in page
    assert "of &lt;it&gt;" in page
    assert "1,500" in page
    assert "60%" in page
    assert page.count("<polyline") == 2
    assert "No step has ended yet" in report.render("x", "y", [], [])


def test_the_guard_removes_what_a_killed_run_leaves(tmp_path: Path) -> None:
    folder = tmp_path / "roll-run-x"
    folder.mkdir()
    code = (
        "import os, sys, time, pathlib\n"
        "from roll_runtime import guard\n"
        "guard.Guard(pathlib.Path(sys.argv[1]))\n"
        "os.environ[guard.VARIABLE] = sys.argv[1]\n"
        "import subprocess\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(6000)'], start_new_session=True)\n"
        "print('ready', flush=True)\n"
        "time.sleep(6000)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    # A process that is just being loaded has no environment to see for a moment.
    wait_until(lambda: len(guard.processes(folder)) == 1)
    run.kill()
    run.wait(PATIENCE)
    wait_until(lambda: not folder.exists() and guard.processes(folder) == [])
    assert os.path.isdir(tmp_path)
