"""The command line: what a user types, and what is printed."""

from __future__ import annotations

import gc

# What is imported and parsed stays: looking for garbage among it takes a tenth of a short run.
gc.set_threshold(100_000, 20, 20)

import errno  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from importlib import import_module  # noqa: E402

import click  # noqa: E402

# pydantic would search every installed package for plug-ins; none may change what is right.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

COMMANDS = {
    "lint": "lint:lint_command",
    "show": "show:show_command",
    "diff-release": "upgrade:diff_release_command",
    "plan": "plan:plan_command",
    "server": "server:server_command",
    "schema": "schema:schema_command",
    "migrate": "upgrade:migrate_command",
}
"""The commands, by module and function; imported only when asked for."""


def main() -> None:
    """The program: what `run` does, without taking apart at the end what the process takes with it anyway."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # who started it closed it
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    try:
        run(sys.argv[1:])
    except SystemExit as ended:
        if not isinstance(ended.code, int):
            raise
        status = ended.code
        try:
            sys.stdout.flush()
        except (BrokenPipeError, ValueError):
            pass  # the reader left, or it is closed already
        except OSError as error:
            click.echo(f"roll-lint: the output cannot be written: {error.strerror}", err=True)
            status = 2
        sys.stderr.flush()
        os._exit(status)


def run(arguments: list[str]) -> None:
    """The first word may name a command; without one the files are linted. Raises SystemExit."""
    words = list(arguments)
    name = words.pop(0) if words and words[0] in COMMANDS else ""
    module, _, attribute = COMMANDS[name or "lint"].partition(":")
    try:
        command: click.Command = getattr(import_module(f"roll_schema.cli.{module}"), attribute)
        status = command.main(words, prog_name=f"roll-lint {name}".strip(), standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):  # the second while what is needed is loaded
        sys.exit(130)
    except BrokenPipeError:
        # The reader left: stop without a word, and without a second error when Python flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            click.echo(f"roll-lint: the output cannot be written: {error.strerror}", err=True)
            sys.exit(2)
        if os.environ.get("ROLL_LINT_TRACEBACK"):
            raise
        click.echo(f"roll-lint: internal error: {type(error).__name__}; please report it", err=True)
        click.echo("with ROLL_LINT_TRACEBACK=1 in the environment the place is shown", err=True)
        sys.exit(2)
    sys.exit(status or 0)


if __name__ == "__main__":
    main()
