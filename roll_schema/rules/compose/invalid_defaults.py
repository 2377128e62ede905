"""
Invalid `defaults` list.

`defaults` is a list. Each item is the path of a fragment, or one `group: choice`. `_self_` is the place of the file's
own keys: it occurs at most once, and takes no package. Hydra stops at any other item.

    defaults: base   # error: [invalid-defaults]

Write a list:

    defaults:
      - _self_

References:

- Hydra 1.3.8: hydra/_internal/config_repository.py, ConfigRepository._create_defaults_list
- Hydra 1.3.8: hydra/_internal/config_repository.py, ConfigRepository._extract_defaults_list
- Hydra 1.3.8: hydra/_internal/defaults_list.py, _validate_self
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

invalid_defaults = fault_rule(__name__)
