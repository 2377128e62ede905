"""
Invalid `# @package` header.

The header names the key under which Hydra places the keys of the file. It has exactly one value, or Hydra stops. In the
config that is started, only `_global_` leaves the keys where ROLL reads them: with a name such as `actor_train` ROLL
finds no key of its own, and stops at load.

    # @package _global_ actor_train   # error: [invalid-package]
    exp_name: my-run

Write `_global_`, or remove the header:

    # @package _global_
    exp_name: my-run

References:

- Hydra 1.3.8: hydra/plugins/config_source.py, ConfigSource._get_header_dict
- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, response_length or sequence_length must be set
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

invalid_package = fault_rule(__name__)
