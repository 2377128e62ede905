"""Time of a training step of roll-run, by phase, side by side with TRL's GRPOTrainer on the same work.

Usage: python benchmarks/run_step.py [OVERRIDE ...] [--width N] [--layers N] [--runs N] [--steps N] [--warm-up N]
Needs roll-run with its extras `test`, and `cpu` or `gpu`. Makes a random model and its data, and removes them.

Adapter, batch, micro-batch, group, lengths, temperature and learning rate of both sides are read from
examples/ok/tiny_cpu.yaml with the overrides. Each run is a process of its own; the runs alternate, so that a busy
machine slows all. The first steps of a run warm it up and are left out; a run's time is the median of the others, a
side's that of its runs. roll-run generates with vLLM and with transformers; TRL with transformers, since its vLLM mode
sends base weights to the engine, which vLLM's CPU build refuses once it has packed them ('Parameter' object has no
attribute 'weight_loader').
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "examples" / "ok" / "tiny_cpu.yaml"
TRANSFORMERS = ("actor_infer.strategy_args.strategy_name=hf_infer", "~actor_infer.strategy_args.strategy_config")


@dataclass(frozen=True)
class Steps:
    """Seconds of each step, tokens of its answers, and the mean reward of the last three."""

    seconds: list[float]
    tokens: list[float]
    reward: float
    phases: dict[str, float]

    @property
    def second(self) -> float:
        return median(self.seconds)

    @property
    def tokens_per_second(self) -> float:
        return sum(self.tokens) / sum(self.seconds)


def of_roll_run(overrides: list[str], steps: int, warm_up: int) -> Steps:
    with tempfile.TemporaryDirectory() as folder:
        words = [
            f"max_steps={steps}",
            f"save_steps={steps}",
            f"eval_steps={steps}",
            f"output_dir={folder}",
            "exp_name=run",
        ]
        command = [sys.executable, "-m", "roll_runtime", str(CONFIG), *overrides, *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        rows = [json.loads(line) for line in (Path(folder) / "run" / "metrics.jsonl").read_text().splitlines()]
    warm = rows[warm_up:]
    names = sorted({name for row in warm for name in row if name.startswith("time/")} - {"time/step"})
    return Steps(
        seconds=[row["time/step"] for row in warm],
        tokens=[row["tokens_per_second"] * row["time/step"] for row in warm],
        reward=sum(row["reward/mean"] for row in rows[-3:]) / 3,
        phases={name.removeprefix("time/"): median(row.get(name, 0.0) for row in warm) for name in names},
    )


def of_trl(overrides: list[str], steps: int, warm_up: int) -> Steps:
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "rows.json"
        command = [sys.executable, __file__, *overrides, "--steps", str(steps), "--trl", str(written)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rows = json.loads(written.read_text())
    warm = rows[warm_up:]
    return Steps(
        seconds=[row["seconds"] for row in warm],
        tokens=[row["tokens"] for row in warm],
        reward=sum(row["reward"] for row in rows[-3:]) / 3,
        phases={},
    )


def train_with_trl(overrides: list[str], steps: int, written: Path) -> None:
    """The other side: TRL's trainer with the settings of the config."""
    import time

    from datasets import Dataset
    from peft import LoraConfig
    from roll_runtime import rewards
    from roll_runtime.recipe import Recipe
    from transformers import TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    import roll_schema

    checked = roll_schema.load(CONFIG, overrides, target="run")
    recipe = Recipe(checked.config, checked.result.release.name)  # type: ignore[arg-type]
    sampling, batches, optimization, lora = recipe.rollout_sampling, recipe.batches, recipe.optimization, recipe.lora
    if batches.optimizer_steps != 1 or batches.ranks != 1 or recipe.uses_reference or recipe.recomputes:
        raise SystemExit("both sides do the same only with one optimizer step on one rank, and without a reference")
    [(domain, settings)] = (recipe.config.rewards or {}).items()
    score = rewards.find(domain, settings, rewards.Given())
    rows = [
        json.loads(line)
        for name in recipe.trainer.data_args.file_name or ()
        for line in Path(name).read_text().splitlines()
    ]
    data = Dataset.from_list([{"prompt": row["messages"], "ground_truth": str(row["ground_truth"])} for row in rows])

    def reward(completions: list[Any], ground_truth: list[str], **_: Any) -> list[float]:
        pairs = zip(completions, ground_truth, strict=True)
        return [score(turns[0]["content"], {"ground_truth": truth}) for turns, truth in pairs]

    class Clock(TrainerCallback):  # type: ignore[misc]
        """Times whole steps, generation included, and notes what each reports."""

        def __init__(self) -> None:
            self.rows: list[dict[str, float]] = []
            self.begun = 0.0

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.begun = time.perf_counter()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.rows.append({"seconds": time.perf_counter() - self.begun})

        def on_log(self, _: Any, __: Any, ___: Any, logs: dict[str, float], **____: Any) -> None:
            if "reward" in logs:
                self.rows[-1] |= {
                    "reward": logs["reward"],
                    "tokens": logs["completions/mean_length"] * batches.samples,
                }

    import torch

    has_gpu = torch.cuda.is_available()
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        arguments = GRPOConfig(
            output_dir=folder,
            max_steps=steps,
            per_device_train_batch_size=batches.micro,
            gradient_accumulation_steps=batches.accumulation,
            num_generations=batches.group,
            max_completion_length=recipe.response_length,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            learning_rate=optimization.learning_rate,
            lr_scheduler_type=optimization.schedule,
            weight_decay=optimization.weight_decay,
            max_grad_norm=optimization.max_grad_norm,
            adam_beta1=optimization.betas[0],
            adam_beta2=optimization.betas[1],
            warmup_steps=optimization.warmup,
            beta=0.0,
            bf16=recipe.trainer.model_args.dtype == "bf16",
            use_cpu=not has_gpu,
            gradient_checkpointing=not recipe.trainer.model_args.disable_gradient_checkpointing,
            report_to=[],
            logging_steps=1,
            save_strategy="no",
            seed=recipe.config.seed,
        )
        adapter = LoraConfig(
            task_type="CAUSAL_LM",
            r=lora.rank,
            lora_alpha=lora.alpha,
            lora_dropout=lora.dropout,
            target_modules=lora.targets,
        )
        trainer = GRPOTrainer(
            recipe.model,
            reward_funcs=reward,
            args=arguments,
            train_dataset=data,
            peft_config=adapter,
            callbacks=[clock],
        )
        trainer.train()
    written.write_text(json.dumps(clock.rows))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--trl", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trl is not None:
        train_with_trl(options.overrides, options.steps, options.trl)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        compare(options)
    return 0


def compare(options: argparse.Namespace) -> None:
    """Run the sides in turn and print what they took."""
    from roll_runtime import tiny
    from roll_runtime.quiet import quiet

    with quiet():
        tiny.write(Path("output/tiny"), width=options.width, layers=options.layers)
    sides: dict[str, Callable[[], Steps]] = {
        "roll-run, vLLM": lambda: of_roll_run(options.overrides, options.steps, options.warm_up),
        "roll-run, transformers": lambda: of_roll_run(
            [*options.overrides, *TRANSFORMERS], options.steps, options.warm_up
        ),
        "TRL, transformers": lambda: of_trl(options.overrides, options.steps, options.warm_up),
    }
    found: dict[str, list[Steps]] = {name: [] for name in sides}
    for number in range(options.runs):
        for name, measure in sides.items():
            found[name].append(measure())
            last = found[name][-1]
            print(f"run {number + 1}  {name:24}{last.second:.3f} s a step  {last.tokens_per_second:6.0f} tokens/s")
    other = found["TRL, transformers"]
    seconds, speed = median(run.second for run in other), median(run.tokens_per_second for run in other)
    print(f"\n{os.cpu_count()} cores, {options.width} wide, {options.layers} layers; medians of {options.runs} runs")
    for name, runs in found.items():
        own, tokens = median(run.second for run in runs), median(run.tokens_per_second for run in runs)
        reward = median(run.reward for run in runs)
        print(
            f"{name:24}{own:.3f} s a step, {tokens:6.0f} tokens/s, reward at the end {reward:.2f}; "
            f"{seconds / own:.2f} x TRL's steps, {tokens / speed:.2f} x its tokens"
        )
    for name in ("roll-run, vLLM", "roll-run, transformers"):
        phases = {phase: median(run.phases.get(phase, 0.0) for run in found[name]) for phase in found[name][0].phases}
        shown = ", ".join(f"{phase} {spent:.3f}" for phase, spent in phases.items() if spent >= 0.0005)
        print(f"{name}: {shown} s")


if __name__ == "__main__":
    sys.exit(main())
