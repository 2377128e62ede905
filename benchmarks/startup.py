"""Wall time of `roll-lint` on one LoRA config, side by side with the bare floor of its dependencies and without rules.

Usage: python benchmarks/startup.py [CONFIG] [--runs N] [--limit RATIO] [--rules-limit RATIO]
The runs alternate, so that a busy machine slows all; the medians and their ratios are printed. The exit status is 1
when roll-lint takes more than --limit times the floor, or more than --rules-limit times what it takes without rules.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from roll_schema.rules import GROUPS

ROOT = Path(__file__).resolve().parent.parent
FLOOR = [sys.executable, "-c", "import click, ruamel.yaml; from pydantic import BaseModel"]


def seconds(command: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - begin


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("config", nargs="?", default="examples/ok/lora_zero3.yaml")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--limit", type=float, default=math.inf)
    parser.add_argument("--rules-limit", type=float, default=math.inf)
    options = parser.parse_args()
    lint = [sys.executable, "-m", "roll_schema", "--no-cache", options.config]
    commands = {"floor": FLOOR, "without rules": [*lint, "--ignore", ",".join(GROUPS)], "roll-lint": lint}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(options.runs + 1):
        for name, command in commands.items():
            taken = seconds(command)
            if run:  # the first one fills caches
                times[name].append(taken)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, median in medians.items():
        print(f"{name:14}{median * 1000:7.1f} ms")
    of_floor, of_bare = (medians["roll-lint"] / medians[name] for name in ("floor", "without rules"))
    print(f"roll-lint takes {of_floor:.2f} x the floor (click, ruamel.yaml, pydantic), {of_bare:.2f} x without rules")
    return int(of_floor > options.limit or of_bare > options.rules_limit)


if __name__ == "__main__":
    sys.exit(main())
