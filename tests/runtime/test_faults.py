"""Runs that are killed, interrupted, or lose a worker: what is kept, what goes on, and that nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import guard
from tests.patience import PATIENCE
from tests.runtime.conftest import CONFIG, FSDP2, PLAIN, SMALL_DISK, TWO_RANKS, RollRun, Run, command_of
from tests.session import FOLDER

pytestmark = [pytest.mark.engines, pytest.mark.slow]

KILLED = Path(__file__).parent / "killed.py"
SHORT = ("max_steps=8", "save_steps=3", "eval_steps=2", "ppo_epochs=2", "init_kl_coef=0.01", "add_token_level_kl=true")
LEFT_OUT = ("time/", "tokens_per_second")

Left = Callable[[], list[str]]


@pytest.fixture(scope="session")
def whole(roll_run: RollRun) -> Run:
    """A run that nothing interrupts."""
    run = roll_run("whole", *PLAIN, *SHORT)
    assert run.code == 0, run.output
    return run


def _numbers(run: Run) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if not name.startswith(LEFT_OUT)} for row in run.records()]


@pytest.mark.parametrize(
    "moment",
    [
        "sync leave 5",
        "generate inside 5",
        "reward enter 6",
        "reference leave 5",
        "log-probs inside 5",
        "advantage leave 5",
        "train inside 5",
        "train leave 2",
        "save enter 2",
        "save inside 2",
        "validate inside 3",
    ],
)
def test_a_killed_run_goes_on_with_the_same_numbers(
    moment: str, whole: Run, roll_run: RollRun, monkeypatch: pytest.MonkeyPatch, nothing_left: Left
) -> None:
    monkeypatch.setenv("KILL_AT", moment)
    name = moment.replace(" ", "-")
    killed = roll_run(name, *PLAIN, *SHORT, script=KILLED)
    assert killed.code == -signal.SIGKILL, killed.output
    assert nothing_left() == []
    resumed = roll_run(name, *PLAIN, *SHORT, "--resume")
    assert resumed.code == 0, resumed.output
    assert _numbers(resumed) == _numbers(whole)
    assert resumed.checkpoints() == whole.checkpoints()


@pytest.fixture(scope="session")
def whole_fsdp2(roll_run: RollRun) -> Run:
    run = roll_run("whole-fsdp2", *PLAIN, *TWO_RANKS, *SHORT, config=FSDP2)
    assert run.code == 0, run.output
    return run


@pytest.mark.parametrize("moment", ["sync leave 5", "train inside 5", "save inside 2"])
def test_fsdp2_goes_on_with_the_same_numbers(
    moment: str, whole_fsdp2: Run, roll_run: RollRun, monkeypatch: pytest.MonkeyPatch, nothing_left: Left
) -> None:
    monkeypatch.setenv("KILL_AT", moment)
    name = f"fsdp2-{moment.replace(' ', '-')}"
    killed = roll_run(name, *PLAIN, *TWO_RANKS, *SHORT, script=KILLED, config=FSDP2)
    assert killed.code == -signal.SIGKILL, killed.output
    assert nothing_left() == []
    resumed = roll_run(name, *PLAIN, *TWO_RANKS, *SHORT, "--resume", config=FSDP2)
    assert resumed.code == 0, resumed.output
    assert _numbers(resumed) == _numbers(whole_fsdp2)
    assert resumed.checkpoints() == whole_fsdp2.checkpoints()


def test_vllm_and_two_ranks_go_on_with_the_same_numbers(
    roll_run: RollRun, monkeypatch: pytest.MonkeyPatch, nothing_left: Left
) -> None:
    words = (*TWO_RANKS, "max_steps=8", "save_steps=3", "eval_steps=100")
    expected = roll_run("whole-vllm", *words)
    monkeypatch.setenv("KILL_AT", "train inside 5")
    assert roll_run("killed-vllm", *words, script=KILLED).code == -signal.SIGKILL
    assert nothing_left() == []
    resumed = roll_run("killed-vllm", *words, "--resume")
    assert resumed.code == 0, resumed.output
    assert _numbers(resumed) == _numbers(expected)


def test_a_run_goes_on_where_nobody_reads_any_more(roll_run: RollRun, tiny: Path) -> None:
    words = [sys.executable, "-m", "roll_runtime", str(CONFIG), "exp_name=unread", *PLAIN, "max_steps=4"]
    process = subprocess.Popen(words, cwd=tiny, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("step 1"):
            break
    process.stdout.close()
    assert process.wait(PATIENCE) == 0
    assert (tiny / "output" / "unread" / "checkpoints" / "step-000004").is_dir()


def test_a_finished_run_has_nothing_to_resume(whole: Run, roll_run: RollRun) -> None:
    again = roll_run("whole", *PLAIN, *SHORT, "--resume")
    assert again.code == 0
    assert again.output.rstrip().endswith("whole is at step 8 already: raise `max_steps` to go on")
    assert [row["step"] for row in again.records()] == list(range(1, 9))
    wider = roll_run("whole", *PLAIN, *SHORT, "--resume", "lora_rank=4", "max_steps=9")
    assert wider.code == 5
    assert "holds an adapter of rank 8, and `lora_rank` is 4" in wider.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_saves_and_leaves_nothing(
    number: signal.Signals, roll_run: RollRun, nothing_left: Left
) -> None:
    started = roll_run.start(f"stopped-{number.name}", *PLAIN, "max_steps=100000", "save_steps=100000")
    started.wait_for(3)
    started.process.send_signal(number)
    run = started.end()
    assert run.code == 128 + number
    assert "go on with --resume" in run.output
    assert run.checkpoints() == [f"step-{run.records()[-1]['step']:06}"]
    assert nothing_left() == []


def test_a_dead_engine_is_replaced(roll_run: RollRun, nothing_left: Left) -> None:
    started = roll_run.start("lost", *PLAIN, "max_steps=40", "save_steps=4", "eval_steps=100")
    started.wait_for(6)
    _kill("ray::Transformers")
    run = started.end()
    assert run.code == 0, run.output
    assert "actor_infer-0 (process" in run.output
    assert "restart 1 of 3, from step 4" in run.output
    assert [row["step"] for row in run.records()] == list(range(1, 41))
    assert nothing_left() == []


def test_a_worker_that_dies_again_and_again_ends_the_run(roll_run: RollRun, nothing_left: Left) -> None:
    started = roll_run.start("given-up", *PLAIN, "max_steps=1000", "save_steps=4", "--max-restarts", "0")
    started.wait_for(5)
    _kill("ray::Trainer")
    run = started.end()
    assert run.code == 4, run.output
    assert "actor_train-0 (process" in run.output
    assert run.checkpoints()[-1] == "step-000004"
    assert nothing_left() == []


def _kill(title: str) -> None:
    """Kill the worker of that title, as one that runs out of memory is killed."""
    found = [pid for pid in guard.processes(FOLDER) if command_of(pid).startswith(title)]
    assert found, title
    for pid in found:
        os.kill(pid, signal.SIGKILL)


def test_a_loss_that_is_not_finite_stops_the_run(roll_run: RollRun, nothing_left: Left) -> None:
    run = roll_run(
        "diverged", *PLAIN, "max_steps=20", "save_steps=1", "actor_train.training_args.learning_rate=1.0e+30"
    )
    assert run.code == 4, run.output
    assert "not finite" in run.output
    assert run.checkpoints(), "what was saved before is kept"
    assert nothing_left() == []


@pytest.mark.parametrize(
    ("room", "message"),
    [
        ("600k", "step 2 could not be saved: a checkpoint takes 0.7 MB; 0.6 MB are free in "),
        ("750k", "step 2 could not be saved: actor_train-"),
        ("1200k", "step 4 could not be saved: a checkpoint takes 0.8 MB; "),
    ],
    ids=["too small", "full within", "full later"],
)
def test_a_full_disk_does_not_end_the_run(room: str, message: str, roll_run: RollRun, nothing_left: Left) -> None:
    if subprocess.run([*SMALL_DISK, "1k", "/mnt", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    run = roll_run.on_small_disk(room, f"disk-{room}", *PLAIN, *TWO_RANKS, "max_steps=4", "save_steps=2")
    assert run.code == 6, run.output
    assert message in run.output
    assert "step 4/4" in run.output
    assert "roll-run: trained to step 4, but it could not be saved" in run.output
    assert "Traceback" not in run.output
    assert nothing_left() == []


def test_records_wait_for_a_full_disk(roll_run: RollRun) -> None:
    if subprocess.run([*SMALL_DISK, "1k", "/mnt", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    run = roll_run.on_small_disk("4k", "disk-4k", *PLAIN, "max_steps=2")
    assert run.code == 6, run.output
    assert "No space left on device" in run.output
    assert "Traceback" not in run.output


def test_rewards_that_are_all_alike_teach_nothing_and_harm_nothing(roll_run: RollRun, tiny: Path) -> None:
    (tiny / "alike.py").write_text("def reward(answer, row):\n    return 1.0\n")
    run = roll_run("alike", *PLAIN, "max_steps=3", "--reward", "math_rule=alike.py:reward")
    assert run.code == 0, run.output
    assert all(row["groups_alike"] == 1 and row["train/grad_norm"] == 0 for row in run.records())


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("pretrain=./nowhere",), 5, "there is no folder ./nowhere"),
        (("actor_train.data_args.file_name=[none.jsonl]",), 5, "none.jsonl cannot be read"),
        (("actor_train.data_args.file_name=[broken.jsonl]",), 5, "broken.jsonl:2: this is no JSON"),
        (("prompt_length=8",), 5, "80 rows were longer than `prompt_length`"),
        (("adv_estimator=gae",), 1, "estimator-not-covered"),
        (("exp_name=../elsewhere",), 2, "leads out of `output_dir`"),
        (("--resume-from", "nowhere"), 5, "there is no checkpoint nowhere"),
        (("--reward", "math_rule=none.py:f"), 2, "none.py cannot be read"),
        (("--reward", "sums=none.py:f"), 2, "the config has no reward `sums`"),
    ],
)
def test_what_cannot_be_used(words: tuple[str, ...], code: int, message: str, roll_run: RollRun, tiny: Path) -> None:
    (tiny / "broken.jsonl").write_text('{"messages": [{"role": "user", "content": "hello there"}]}\n{\n')
    run = roll_run("unusable", *PLAIN, "max_steps=1", *words)
    assert run.code == code, run.output
    assert message in run.output
    assert "Traceback" not in run.output
