"""roll-lint: finds what ROLL would misread, refuse or silently ignore in a training config.

`lint` and `load` are the Python interface, with the classes that they give and raise.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roll_schema.api import Checked, LintError, lint, load
    from roll_schema.engine.request import InputError
    from roll_schema.engine.result import Result
    from roll_schema.source.diagnostic import Diagnostic, Severity

__all__ = ["Checked", "Diagnostic", "InputError", "LintError", "Result", "Severity", "lint", "load"]

_ELSEWHERE = {
    "Diagnostic": "source.diagnostic",
    "InputError": "engine.request",
    "Result": "engine.result",
    "Severity": "source.diagnostic",
}


def __getattr__(name: str) -> Any:
    # The command line imports less than the interface does.
    if name in __all__:
        return getattr(import_module(f"roll_schema.{_ELSEWHERE.get(name, 'api')}"), name)
    raise AttributeError(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
