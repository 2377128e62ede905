"""Wall time of `roll-lint` on one LoRA config, side by side with the bare floor of its dependencies.

Usage: python benchmarks/startup.py [CONFIG] [--runs N] [--limit RATIO]
The runs alternate, so that a busy machine slows both; the medians and their ratio are printed. With --limit the exit
status is 1 when the ratio is above it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

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
    parser.add_argument("--limit", type=float)
    options = parser.parse_args()
    lint = [sys.executable, "-m", "roll_schema", options.config]
    seconds(lint), seconds(FLOOR)
    floors, lints = [], []
    for _ in range(options.runs):
        floors.append(seconds(FLOOR))
        lints.append(seconds(lint))
    floor, ours = statistics.median(floors), statistics.median(lints)
    print(f"floor     {floor * 1000:7.1f} ms  (click, ruamel.yaml and pydantic imported)")
    print(f"roll-lint {ours * 1000:7.1f} ms  {options.config}")
    print(f"ratio     {ours / floor:7.2f}")
    return int(options.limit is not None and ours / floor > options.limit)


if __name__ == "__main__":
    sys.exit(main())
