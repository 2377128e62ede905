"""`roll-lint server`: the language server, on standard input and output."""

from __future__ import annotations

import click


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--stdio", is_flag=True, help="Speak on standard input and output, as it always does.")
def server_command(stdio: bool) -> int:
    """Serve an editor: problems as you type, fixes, hover, navigation, completion."""
    try:
        from roll_schema.server.app import create
    except ImportError as error:
        if error.name not in ("pygls", "lsprotocol"):
            raise
        raise click.UsageError("the language server wants pygls: pip install '.[server]' in its checkout") from None
    create().start_io()
    return 0
