"""The command line: `roll-lint [COMMAND] [OPTIONS] PATH... [OVERRIDE...]`."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from types import ModuleType

import click

# What is imported and parsed stays: looking for garbage among it takes a tenth of a short run.
gc.set_threshold(100_000, 20, 20)

# pydantic would search every installed package for plug-ins; none may change what is right. Even when told so, it loads
# what it would search with (mail parsing, sockets, hashes), which is a tenth of the start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
_no_plugins = ModuleType("pydantic.plugin._loader")
_no_plugins.__dict__["get_plugins"] = tuple
sys.modules.setdefault(_no_plugins.__name__, _no_plugins)

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


def main(arguments: list[str] | None = None) -> None:
    """Entry point: the first word may name a command; without one the files are linted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words.pop(0) if words and words[0] in COMMANDS else ""
    module, _, attribute = COMMANDS[name or "lint"].partition(":")
    try:
        command: click.Command = getattr(import_module(f"roll_schema.cli.{module}"), attribute)
        status = command.main(words, prog_name=f"roll-lint {name}".strip(), standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        # The reader left: stop without a word, and without a second error when Python flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("ROLL_LINT_TRACEBACK"):
            raise
        click.echo(f"roll-lint: internal error: {type(error).__name__}; please report it", err=True)
        click.echo("with ROLL_LINT_TRACEBACK=1 in the environment the place is shown", err=True)
        sys.exit(2)
    sys.exit(status or 0)


if __name__ == "__main__":
    main()
