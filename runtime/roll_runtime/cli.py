"""`roll-run CONFIG [OVERRIDE...]`: refuse what is wrong, then train."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from roll_runtime import errors
from roll_schema.version import VERSION

_EPILOG = """\b
Commands (a first word of that name; write ./tiny for a file so called):
  tiny    make a model and data small enough for any machine

\b
Exit codes:
  0  trained to the last step     4  training failed, or a worker died for good
  1  the config has errors        5  data, model or checkpoint cannot be used
  2  wrong usage                  6  trained, but the last checkpoint was not saved
  3  the machine lacks something  130, 143  interrupted, and saved
"""

COMMANDS = {"tiny": "tiny_command"}


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("overrides", nargs=-1, metavar="[OVERRIDE]...", type=click.UNPROCESSED)
@click.option("--roll-release", help="ROLL release that the config is written for.")
@click.option("--config-dir", "config_dirs", multiple=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint, if there is one.")
@click.option("--resume-from", type=click.Path(path_type=Path, file_okay=False), help="Go on from this checkpoint.")
@click.option("--reward", "rewards", multiple=True, metavar="DOMAIN=FILE.py:FUNCTION", help="Score a domain by this.")
@click.option("--plan", is_flag=True, help="Print where every worker would sit, and start nothing.")
@click.option("--address", help="Join this Ray cluster (`auto`, or HOST:PORT) in place of starting one here.")
@click.option("--wait", default=60.0, show_default=True, help="Seconds to wait for the devices to be free.")
@click.option("--max-restarts", default=3, show_default=True, type=click.IntRange(0), help="After lost workers.")
@click.version_option(VERSION, prog_name="roll-run")
def run_command(
    config: Path,
    overrides: tuple[str, ...],
    roll_release: str | None,
    config_dirs: tuple[Path, ...],
    resume: bool,
    resume_from: Path | None,
    rewards: tuple[str, ...],
    plan: bool,
    address: str | None,
    wait: float,
    max_restarts: int,
) -> int:
    """Train what CONFIG describes, with DeepSpeed, PEFT, vLLM and Ray; a config with errors starts nothing."""
    from roll_runtime import check

    given = _rewards(rewards)
    checked = check.check(config, overrides, roll_release, config_dirs, given)
    if checked is None:
        return errors.INVALID_CONFIG
    if plan:
        from roll_runtime import placement

        placed = placement.plan(checked.config, checked.config.num_gpus_per_node)
        click.echo("\n".join(placement.lines(placed)))
        return 0
    from roll_runtime.recipe import Recipe
    from roll_runtime.run import Asked, run

    asked = Asked(checked, Recipe(checked.config), overrides, resume, resume_from, given, address, wait, max_restarts)
    return run(asked)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seed", default=0, show_default=True)
def tiny_command(folder: Path, seed: int) -> int:
    """Make a tiny random model and questions for it in FOLDER, for examples/ok/tiny_cpu.yaml."""
    from roll_runtime import tiny

    tiny.write(folder, seed)
    click.echo(f"wrote {folder}/model, {folder}/train.jsonl and {folder}/validation.jsonl")
    return 0


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
        extra = "cpu" if error.name == "vllm" else "run"
        click.echo(f"roll-run: {error.name} is not installed: pip install 'roll-lint[{extra}]'", err=True)
        sys.exit(errors.ENVIRONMENT)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(status or 0)


if __name__ == "__main__":
    main()
