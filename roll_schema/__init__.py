"""roll-lint: finds what ROLL would misread, refuse or silently ignore in a training config.

`lint` and `load` are the Python interface, with `Checked`, `LintError` and `InputError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roll_schema.api import Checked, InputError, LintError, lint, load

__all__ = ["Checked", "InputError", "LintError", "lint", "load"]


def __getattr__(name: str) -> Any:
    # The command line imports less than the interface does.
    if name in __all__:
        from roll_schema import api

        return getattr(api, name)
    raise AttributeError(name)
