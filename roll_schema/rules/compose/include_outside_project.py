"""
Fragment outside the project.

A config may come from a stranger, so roll-lint reads only files of the project, and of folders that the command line
allows. Hydra has no such limit. Without the fragment roll-lint does not check the rest of the config.

This manual has no example, since it takes a file outside of the project. An entry such as

    defaults:
      - ../../../home/me/secrets@_here_

is read with `--config-dir /home/me`.

References:

- roll-lint 0.1.0: roll_schema/composition/fragments.py, Search.load
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

include_outside_project = fault_rule(__name__, effect=None)
