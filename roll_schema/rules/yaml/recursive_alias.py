"""
Recursive alias.

The alias is inside the value of its own anchor, so that the value contains itself. OmegaConf exceeds Python's recursion
limit at load.

    rewards: &rewards
      math: {}
      all: *rewards   # error: [recursive-alias]

Use an alias of an inner value:

    rewards:
      math: &math {}
      all: *math

References:

- OmegaConf 2.3.1: omegaconf/omegaconf.py, OmegaConf._create_impl
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

recursive_alias = fault_rule(__name__)
