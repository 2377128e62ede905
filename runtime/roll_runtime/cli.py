"""`roll-run CONFIG [OVERRIDE...]`: refuse what is wrong, then train."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from roll_runtime import errors
from roll_schema.version import VERSION

if TYPE_CHECKING:
    import roll_schema

_EPILOG = """\b
Commands (a first word of that name; write ./tiny for a file so called):
  tiny    make a model and data small enough for any machine
  export  merge a checkpoint's adapter into its base model

\b
Exit codes:
  0  trained to the last step     4  training failed, or a worker died for good
  1  the config has errors        5  data, model or checkpoint cannot be used
  2  wrong usage                  6  trained, but the last checkpoint was not saved
  3  the machine lacks something  129, 130, 143  interrupted; what had ended is saved
"""

COMMANDS = {"tiny": "tiny_command", "export": "export_command"}


def _examine(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    from roll_runtime import doctor
    from roll_runtime.quiet import quiet

    with quiet():
        found = doctor.examine()
    for item in found:
        click.echo(f"{'ok  ' if not item.fix else 'FIX '} {item.title:20} {item.found}")
        if item.fix:
            click.echo(f"{'':25} {item.fix}")
    wrong = sum(bool(item.fix) for item in found)
    click.echo(f"{wrong} thing{'s' * (wrong != 1)} to mend" if wrong else "ready to run")
    context.exit(errors.ENVIRONMENT if wrong else 0)


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("overrides", nargs=-1, metavar="[OVERRIDE]...", type=click.UNPROCESSED)
@click.option("--roll-release", help="ROLL release that the config is written for.")
@click.option("--config-dir", "config_dirs", multiple=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint, if there is one.")
@click.option("--resume-from", type=click.Path(path_type=Path, file_okay=False), help="Go on from this checkpoint.")
@click.option("--reward", "rewards", multiple=True, metavar="DOMAIN=FILE.py:FUNCTION", help="Score a domain by this.")
@click.option(
    "--execute-answers",
    "isolation",
    type=click.Choice(["isolated", "limited"]),
    help="Let rewards run programs that the model writes: isolated from the machine, or with limits only.",
)
@click.option("--plan", is_flag=True, help="Print where every worker would sit, and start nothing.")
@click.option("--address", help="Join this Ray cluster (`auto`, or HOST:PORT) in place of starting one here.")
@click.option("--wait", default=60.0, show_default=True, help="Seconds to wait for the devices to be free.")
@click.option("--max-restarts", default=3, show_default=True, type=click.IntRange(0), help="After lost workers.")
@click.option("--engine", type=click.Choice(["own", "roll"]), default="own", show_default=True, help="Who trains it.")
@click.option("--roll-src", type=click.Path(path_type=Path, file_okay=False), help="ROLL checkout, for --engine roll.")
@click.option("--dry-run", is_flag=True, help="With --engine roll: print the command, and start nothing.")
@click.option(
    "--doctor", is_flag=True, is_eager=True, expose_value=False, callback=_examine, help="Look at the machine."
)
@click.version_option(VERSION, prog_name="roll-run")
def run_command(
    config: Path,
    overrides: tuple[str, ...],
    roll_release: str | None,
    config_dirs: tuple[Path, ...],
    resume: bool,
    resume_from: Path | None,
    rewards: tuple[str, ...],
    isolation: str | None,
    plan: bool,
    address: str | None,
    wait: float,
    max_restarts: int,
    engine: str,
    roll_src: Path | None,
    dry_run: bool,
) -> int:
    """Train what CONFIG describes, with DeepSpeed, PEFT, vLLM and Ray; a config with errors starts nothing.

    The engine here covers RLVR of LoRA adapters with rewards by rule. Other configs go to ROLL itself with
    `--engine roll --roll-src DIR`, checked all the same.
    """
    from roll_runtime import check

    given = _rewards(rewards)
    if engine == "roll" and roll_src is None:
        raise click.UsageError("--engine roll needs a checkout of ROLL: --roll-src DIR")
    target = "run" if engine == "own" else ""
    checked = check.check(config, overrides, roll_release, config_dirs, given, target, resume, resume_from)
    if checked is None:
        return errors.INVALID_CONFIG
    if roll_src is not None and engine == "roll":
        return _hand_over(checked, config, overrides, roll_src, dry_run)
    from roll_schema.models.rlvr_config import RLVRConfig

    # The rule `pipeline-not-covered` refuses every other.
    assert isinstance(checked.config, RLVRConfig)
    if plan:
        from roll_runtime import placement
        from roll_schema.facts import coverage

        placed = placement.plan(checked.config, checked.config.num_gpus_per_node)
        click.echo("\n".join(placement.lines(placed)))
        for why, names in coverage.without_effect(checked.composed).items():
            click.echo(f"no effect, since {why}: {', '.join(names)}")
        return 0
    from roll_runtime.recipe import Recipe
    from roll_runtime.rewards import Given
    from roll_runtime.run import Asked, run

    scoring = Given(given, isolation)
    recipe = Recipe(checked.config, checked.result.release.name)
    asked = Asked(checked, recipe, overrides, resume, resume_from, scoring, address, wait, max_restarts)
    return run(asked)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seed", default=0, show_default=True)
def tiny_command(folder: Path, seed: int) -> int:
    """Make a tiny random model and questions for it in FOLDER, for examples/ok/tiny_cpu.yaml."""
    from roll_runtime import tiny
    from roll_runtime.quiet import quiet

    with quiet():
        tiny.write(folder, seed)
    click.echo(f"wrote {folder}/model, {folder}/train.jsonl and {folder}/validation.jsonl")
    return 0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("checkpoint", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--base", help="Where the base model is, if not where it was in training.")
def export_command(checkpoint: Path, folder: Path, base: str | None) -> int:
    """Merge the adapter of CHECKPOINT into its base model, and write that to FOLDER."""
    from roll_runtime import export
    from roll_runtime.quiet import quiet

    with quiet():
        export.merge(checkpoint, folder, base)
    click.echo(f"wrote {folder}")
    return 0


def _hand_over(
    checked: roll_schema.Checked, config: Path, overrides: tuple[str, ...], roll_src: Path, dry_run: bool
) -> int:
    from roll_runtime import handover

    written = None
    if overrides:
        output = Path(checked.composed.get("output_dir") or "./output")
        written = handover.write_composed(checked, output / "composed", config.stem)
    words = handover.command(checked, config, written, roll_src.resolve())
    click.echo(handover.shown(words, roll_src.resolve()))
    return 0 if dry_run else handover.start(words, roll_src.resolve())


def _rewards(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in given:
        domain, equals, place = text.partition("=")
        if not equals or ":" not in place:
            raise click.UsageError(f"--reward {text} must be DOMAIN=FILE.py:FUNCTION")
        found[domain] = place
    return found


def main(arguments: list[str] | None = None) -> None:
    """Entry point: the first word may name a command; without one the config is run."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words.pop(0) if words and words[0] in COMMANDS else ""
    command: click.Command = globals()[COMMANDS[name]] if name else run_command
    try:
        status = command.main(words, prog_name=f"roll-run {name}".strip(), standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(errors.USAGE)
    except errors.Interrupted as error:
        sys.exit(128 + error.signal)
    except errors.RunError as error:
        click.echo(f"roll-run: {error}", err=True)
        sys.exit(error.code)
    except ModuleNotFoundError as error:
        wanted = "'roll-run[cpu]'" if error.name == "vllm" else "roll-run"
        click.echo(f"roll-run: {error.name} is not installed: pip install {wanted}", err=True)
        sys.exit(errors.ENVIRONMENT)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(status or 0)


if __name__ == "__main__":
    main()
