"""How long roll-lint takes, side by side with others on the same files; prints tables of medians and ratios.

Usage: python benchmarks/lint.py [cold] [many] [memory] [server] [growth]   (all, if none is named)

`cold`: one LoRA config with its fragment, beside check-jsonschema with our own schema, yamllint, hydra with omegaconf
and dacite, and the bare floor of our dependencies. `many`: 500 configs in one call, with one process and two, and again
with the cache. `memory`: 10,000 generated configs. `server`: diagnostics after a change. `growth`: what a larger text
costs. Commands alternate, so that a busy machine slows all. Needs the extra `bench`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
CONFIG = ROOT / "examples" / "ok" / "lora_zero3.yaml"
RUNS = 11
LINT = [sys.executable, "-m", "roll_schema"]
FLOOR = [sys.executable, "-c", "import click, ruamel.yaml; from pydantic import BaseModel"]
LOAD = """
import dacite
from dataclasses import dataclass, field
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

@dataclass
class Config:
    exp_name: str = ""
    actor_train: dict = field(default_factory=dict)

with initialize_config_dir({folder!r}, version_base=None):
    config = compose(config_name={name!r})
dacite.from_dict(Config, OmegaConf.to_container(config, resolve=True))
"""


def environment(cache: Path | None = None) -> dict[str, str]:
    """With compiled modules, and no cache of ours unless one is given."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "ROLL_LINT_CACHE_DIR": str(cache or os.devnull)}


def seconds(command: list[str], cache: Path | None = None) -> float:
    begin = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment(cache), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def medians(commands: dict[str, list[str]], runs: int = RUNS) -> dict[str, float]:
    """The commands in turn, the first round left out."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            taken = seconds(command)
            if run:
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def cold() -> Iterator[str]:
    schema = ROOT / "schemas" / "0.1.3" / "rlvr.schema.json"
    programs = Path(sys.executable).parent
    load = LOAD.format(folder=str(CONFIG.parent), name=CONFIG.stem)
    found = medians(
        {
            "floor: click, ruamel.yaml, pydantic": FLOOR,
            "roll-lint, all rules": [*LINT, str(CONFIG), "--no-cache"],
            "check-jsonschema, our schema": [
                str(programs / "check-jsonschema"),
                "--schemafile",
                str(schema),
                str(CONFIG),
            ],
            "yamllint": [str(programs / "yamllint"), str(CONFIG)],
            "hydra, omegaconf, dacite": [sys.executable, "-c", load],
        }
    )
    floor = next(iter(found.values()))
    yield f"| one config of {len(CONFIG.read_text().splitlines())} lines, cold | ms | x floor |\n| --- | ---: | ---: |"
    for name, median in found.items():
        yield f"| {name} | {median * 1000:.0f} | {median / floor:.2f} |"


def generated(folder: Path, count: int) -> None:
    """Configs that differ, each with a mistake, on one fragment."""
    text = CONFIG.read_text(encoding="utf-8").replace("../config/", "")
    shutil.copy(ROOT / "examples" / "config" / "deepspeed_zero3.yaml", folder)
    for number in range(count):
        own = text.replace("max_steps: 500", f"max_steps: {500 + number}\nsave_step_{number}: 1")
        (folder / f"c{number:05}.yaml").write_text(own, encoding="utf-8")


def many() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "configs", Path(name) / "cache"
        folder.mkdir()
        generated(folder, 500)
        lint = [*LINT, str(folder), "--output-format", "concise"]
        found = medians(
            {
                "one process": [*lint, "--no-cache", "--jobs", "1"],
                "two processes": [*lint, "--no-cache", "--jobs", "2"],
            },
            3,
        )
        first = seconds([*lint, "--jobs", "1"], cache)
        again = statistics.median(seconds([*lint, "--jobs", "1"], cache) for _ in range(3))
    one, two = found.values()
    yield "| 500 configs in one call | s | files/s | |\n| --- | ---: | ---: | --- |"
    yield f"| one process | {one:.2f} | {500 / one:.0f} | |"
    yield f"| two processes | {two:.2f} | {500 / two:.0f} | {one / two:.2f} x |"
    yield f"| one process, filling the cache | {first:.2f} | {500 / first:.0f} | |"
    yield f"| unchanged, from the cache | {again:.2f} | {500 / again:.0f} | {one / again:.1f} x |"


def memory() -> Iterator[str]:
    yield "| configs | s | largest process, MiB |\n| ---: | ---: | ---: |"
    for count in (1_000, 10_000):
        with tempfile.TemporaryDirectory() as name:
            generated(Path(name), count)
            command = [*LINT, name, "--output-format", "concise", "--no-cache", "--jobs", "2"]
            begin = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
            _, _, usage = os.wait4(process.pid, 0)
        yield f"| {count:,} | {time.perf_counter() - begin:.1f} | {usage.ru_maxrss / 1024:.0f} |"


def server() -> Iterator[str]:
    from tests.clients.editor import Editor

    text = CONFIG.read_text(encoding="utf-8")
    text += "".join(f"my_variable_{number}: ${{exp_name}}_{number}\n" for number in range(300 - len(text.splitlines())))
    editor = Editor([*LINT, "server"], CONFIG.parent)
    editor.open(CONFIG.name, text)
    times = []
    for number in range(30):
        begin = time.perf_counter()
        editor.change(CONFIG.name, (None, text.replace("save_steps", f"save_step{number}")))
        times.append(time.perf_counter() - begin)
    editor.close()
    middle, slow = statistics.median(times) * 1000, sorted(times)[-2] * 1000
    yield "| diagnostics after a change, 300 lines | ms |\n| --- | ---: |"
    yield f"| median | {middle:.0f} |\n| second slowest of 30 | {slow:.0f} |"


def texts(count: int) -> dict[str, str]:
    """Texts with so many of a thing."""
    head = "rewards: {math_rule: {tag_included: [a]}}\nrollout_batch_size: 64\n"
    variables = "".join(f"v{number}: {number}\n" for number in range(count))
    return {
        "variables": head + variables + "exp_name: '" + "".join(f"${{v{number}}}" for number in range(count)) + "'\n",
        "unknown keys": head + "".join(f"sav_step_{number}: {number}\n" for number in range(count)),
        "references": head + "a: 1\n" + "".join(f"r{number}: ${{a}}\n" for number in range(count)),
        "items": head + "system_envs:\n" + "".join(f"  E{number}: '{number}'\n" for number in range(count)),
    }


def growth() -> Iterator[str]:
    sizes = (1_000, 10_000, 100_000)
    yield f"| ms for so many | {' | '.join(f'{size:,}' for size in sizes)} |\n| --- | ---: | ---: | ---: |"
    rows: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "c.yaml"
        for size in sizes:
            for what, text in texts(size).items():
                file.write_text(text, encoding="utf-8")
                command = [*LINT, str(file), "--no-cache", "--output-format", "concise"]
                rows.setdefault(what, []).append(f"{seconds(command) * 1000:,.0f}")
    for what, row in rows.items():
        yield f"| {what} | {' | '.join(row)} |"


def main() -> None:
    parts = {"cold": cold, "many": many, "memory": memory, "server": server, "growth": growth}
    for name in sys.argv[1:] or parts:
        for line in parts[name]():
            print(line, flush=True)
        print()


if __name__ == "__main__":
    main()
