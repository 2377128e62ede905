"""
Missing fragment.

The file of an entry of `defaults` does not exist, cannot be read, or is not chosen. Hydra searches the folder of the
config and `hydra.searchpath`, and stops at load. A path starts at the folder of the file that lists it, or with a `/`
at the folder of the config. `.yaml` may be omitted. A note marks variables that are undefined without the fragment.

    defaults:
      - ../config/no_such_fragment@_here_   # error: [missing-fragment]

Correct the path, or make an entry of a group optional:

    defaults:
      - optional cluster: local

References:

- Hydra 1.3.8: hydra/_internal/defaults_list.py, config_not_found_error
- Hydra 1.3.8: hydra/_internal/defaults_list.py, _check_not_missing
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

missing_fragment = fault_rule(__name__)
