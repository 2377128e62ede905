"""Runs of real Ray, DeepSpeed, PEFT and vLLM on the tiny model: what is learnt, and that nothing else could learn it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.runtime.conftest import FSDP2, TWO_RANKS, RollRun, Run

pytestmark = [pytest.mark.engines, pytest.mark.slow]

STEPS = "max_steps=20"
RISEN = 0.9
"""Mean reward of the last three steps that a run must reach; it starts at about 0.16."""

FLAT = 0.4
"""What no control may reach."""

LOG_PROBS_AGREE = 1e-3
"""Mean distance per token between trainer and rollout engine in fp32; a stale adapter is far beyond."""


@pytest.fixture(scope="session")
def zero2(roll_run: RollRun) -> Run:
    return roll_run("zero2", *TWO_RANKS, STEPS)


def _last(values: list[float]) -> float:
    return sum(values[-3:]) / 3


def test_reward_rises_on_two_ranks_of_zero2(zero2: Run) -> None:
    assert zero2.code == 0, zero2.output
    assert zero2.rewards[0] < FLAT
    assert _last(zero2.rewards) > RISEN
    assert max(row["train/rollout_logp_diff"] for row in zero2.records()) < LOG_PROBS_AGREE
    assert "trainer and rollout engine are" not in zero2.output


ZERO3 = (
    *TWO_RANKS,
    "actor_train.strategy_args.strategy_config.zero_optimization.stage=3",
    "+actor_train.strategy_args.strategy_config.zero_optimization.stage3_gather_16bit_weights_on_model_save=true",
)


def test_zero3_computes_what_zero2_does(roll_run: RollRun, zero2: Run) -> None:
    """In the first step, to which both come with the same weights; the second shows that the adapter is sent."""
    run = roll_run("zero3-short", *ZERO3, "max_steps=2")
    assert run.code == 0, run.output
    first, second = run.records()
    assert run.rewards[0] == zero2.rewards[0]
    assert first["train/grad_norm"] == pytest.approx(zero2.records()[0]["train/grad_norm"], rel=1e-3)
    assert second["train/rollout_logp_diff"] < LOG_PROBS_AGREE


TENSOR_PARALLEL = "+actor_infer.strategy_args.strategy_config.tensor_parallel_size=2"


def test_an_engine_on_two_devices_computes_what_one_does(roll_run: RollRun) -> None:
    """Tensor parallel 2: its log-probabilities are the trainer's, also with the adapter of the first step."""
    run = roll_run(
        "parallel", "num_gpus_per_node=3", "actor_infer.device_mapping='[1,2]'", TENSOR_PARALLEL, "max_steps=2"
    )
    assert run.code == 0, run.output
    assert "actor_infer     1 worker, 2 devices each: 1-2" in run.output
    assert [row["train/rollout_logp_diff"] < LOG_PROBS_AGREE for row in run.records()] == [True, True]


def test_two_engines_on_two_devices_each(roll_run: RollRun) -> None:
    run = roll_run(
        "parallel-twice",
        "num_gpus_per_node=5",
        "actor_infer.device_mapping='[1,2,3,4]'",
        TENSOR_PARALLEL,
        "max_steps=2",
    )
    assert run.code == 0, run.output
    assert "actor_infer     2 workers, 2 devices each: 1-4" in run.output
    assert [row["train/rollout_logp_diff"] < LOG_PROBS_AGREE for row in run.records()] == [True, True]


def test_reward_rises_on_two_ranks_of_zero3(roll_run: RollRun) -> None:
    run = roll_run("zero3", *ZERO3, STEPS)
    assert run.code == 0, run.output
    assert _last(run.rewards) > RISEN
    assert max(row["train/rollout_logp_diff"] for row in run.records()) < LOG_PROBS_AGREE


def test_two_ranks_of_fsdp2_train_and_send_the_adapter(roll_run: RollRun) -> None:
    run = roll_run("fsdp2-short", *TWO_RANKS, "max_steps=2", config=FSDP2)
    assert run.code == 0, run.output
    first, second = run.records()
    assert first["train/grad_norm"] > 0
    assert max(first["train/rollout_logp_diff"], second["train/rollout_logp_diff"]) < LOG_PROBS_AGREE


@pytest.fixture(scope="session")
def fsdp2(roll_run: RollRun) -> Run:
    return roll_run("fsdp2", *TWO_RANKS, STEPS, config=FSDP2)


def test_reward_rises_on_two_ranks_of_fsdp2(fsdp2: Run) -> None:
    assert fsdp2.code == 0, fsdp2.output
    assert _last(fsdp2.rewards) > RISEN
    assert max(row["train/rollout_logp_diff"] for row in fsdp2.records()) < LOG_PROBS_AGREE


def test_a_run_of_fsdp2_goes_on_with_another_number_of_ranks(fsdp2: Run, roll_run: RollRun) -> None:
    shutil.copytree(fsdp2.folder, fsdp2.folder.with_name("fsdp2-one-rank"))
    run = roll_run("fsdp2-one-rank", "max_steps=22", "--resume", config=FSDP2)
    assert run.code == 0, run.output
    assert [row["step"] for row in run.records()] == list(range(1, 23))
    assert min(run.rewards[-2:]) > RISEN
    assert run.records()[-1]["train/rollout_logp_diff"] < LOG_PROBS_AGREE


def test_a_run_keeps_its_backend(fsdp2: Run, roll_run: RollRun) -> None:
    shutil.copytree(fsdp2.folder, fsdp2.folder.with_name("fsdp2-then-zero2"))
    run = roll_run("fsdp2-then-zero2", *TWO_RANKS, "max_steps=22", "--resume")
    assert run.code == 5
    assert "was written by `fsdp2_train`, and `actor_train` runs on `deepspeed_train`" in run.output


def test_what_was_run_is_kept(zero2: Run) -> None:
    made_from = json.loads((zero2.folder / "run.json").read_text())
    assert made_from["overrides"] == [*TWO_RANKS, STEPS, "exp_name=zero2"] or "max_steps=20" in made_from["overrides"]
    assert made_from["composed"]["actor_train"]["device_mapping"] == "[0,1]"
    assert made_from["versions"]["torch"]
    assert zero2.checkpoints() == ["step-000020"]
    assert {row["step"] for row in zero2.records("samples.jsonl")} == set(range(1, 21))


def test_no_reward_without_a_signal(roll_run: RollRun, tiny: Path) -> None:
    """Rewards that have nothing to do with the answers."""
    (tiny / "chance.py").write_text(
        "import zlib\n\n\ndef reward(answer, row):\n    return zlib.crc32((answer + str(row['id'])).encode()) % 100 < 30\n"
    )
    run = roll_run("chance", STEPS, "--reward", "math_rule=chance.py:reward")
    assert run.code == 0, run.output
    assert 0.2 < _last(run.rewards) < 0.4, "the rewards given out are those of chance"
    last = [row for row in run.records("samples.jsonl") if row["step"] > 15]
    assert sum("\\boxed{7}" in row["answer"] for row in last) / len(last) < FLAT


def test_no_reward_without_advantages(roll_run: RollRun) -> None:
    run = roll_run("zero-advantage", STEPS, "+advantage_clip=1.0e-12")
    assert run.code == 0, run.output
    assert max(run.rewards) < FLAT


def test_no_reward_where_the_adapter_stays_behind(roll_run: RollRun) -> None:
    """The engine keeps its first adapter: answers stay as they were, and the log-probabilities drift apart."""
    run = roll_run("stale", STEPS, "+actor_train.model_update_frequency=1000")
    assert run.code == 0, run.output
    assert max(run.rewards) < FLAT
    assert run.records()[-1]["train/rollout_logp_diff"] > 100 * LOG_PROBS_AGREE
    assert run.output.count("trainer and rollout engine are") == 1, "an alarm, once"


_BY_PEFT = """
import json, sys, torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
base, adapter = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(base)
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), adapter)
text = tokenizer.apply_chat_template([{"role": "user", "content": "What is 2 + 5?"}], tokenize=False,
                                     add_generation_prompt=True)
tokens = tokenizer(text, return_tensors="pt")
print(tokenizer.decode(model.generate(**tokens, max_new_tokens=8, do_sample=False)[0, tokens["input_ids"].shape[1]:]))
"""

_BY_VLLM = """
import os, sys
os.environ.update(VLLM_CPU_KVCACHE_SPACE="1", VLLM_ENABLE_V1_MULTIPROCESSING="0", OMP_NUM_THREADS="1",
                  VLLM_CPU_OMP_THREADS_BIND="nobind")
from vllm import LLM, SamplingParams
from vllm.lora.request import LoRARequest
base, adapter = sys.argv[1:]
engine = LLM(base, enable_lora=True, max_lora_rank=8, dtype="float32", max_model_len=128, enforce_eager=True)
said = engine.chat([{"role": "user", "content": "What is 2 + 5?"}], SamplingParams(temperature=0, max_tokens=8),
                   lora_request=LoRARequest("trained", 1, adapter), use_tqdm=False)
print(said[0].outputs[0].text)
"""


@pytest.mark.parametrize("code", [_BY_PEFT, _BY_VLLM], ids=["peft", "vllm"])
@pytest.mark.parametrize("run", ["zero2", "fsdp2"])
def test_others_load_the_adapter(run: str, code: str, tiny: Path, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(run).folder
    adapter = folder / "checkpoints" / "step-000020" / "adapter"
    words = [sys.executable, "-c", code, str(tiny / "output" / "tiny" / "model"), str(adapter)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    assert "\\boxed{7}" in done.stdout.splitlines()[-1]
