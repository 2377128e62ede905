"""What reports share: addresses of files and of rules' pages, and the edits that may be shown."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from roll_schema.source.diagnostic import Diagnostic, Edit
from roll_schema.source.redact import is_secret
from roll_schema.source.secrets import clean


def rule_page(manual: str, rule: str) -> str:
    """The page of a rule in the manual at an address; empty where there is no such address."""
    return f"{manual.rstrip('/')}/rules/{rule}/" if manual else ""


def file_uri(name: str) -> str:
    """A file's name as reports give it, as an address: relative ones stay so."""
    return Path(name).as_uri() if Path(name).is_absolute() else quote(os.fsencode(name))


def absolute_uri(name: str) -> str:
    """The address of a file on this machine, for a terminal to open; empty for what is no file."""
    return "" if name.startswith("<") else Path(name).absolute().as_uri()


def whole_message(item: Diagnostic, *, effect: bool = False) -> str:
    """What is wrong, what ROLL makes of it, and what to do, a line each."""
    told = (item.message, f"effect: {item.effect.value}" if effect and item.effect else "", item.help)
    return "\n".join(clean(line) for line in told if line)


def shown_edits(item: Diagnostic) -> tuple[Edit, ...]:
    """A diagnostic's edits; none where they would show a secret."""
    secret = (is_secret(edit.text, None, edit.span.source.secrets) for edit in item.edits)
    return () if any(secret) else item.edits
