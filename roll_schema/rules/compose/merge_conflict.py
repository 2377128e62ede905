"""
Merge of a mapping with a sequence.

Hydra merges fragments and config key by key. It cannot merge a mapping with a sequence, and stops at load.

This manual has no example, since it takes two files. With `base.yaml`

    rewards:
      math_rule: {}

a config that includes it cannot have a sequence

    rewards:
      - math_rule

but needs a mapping:

    rewards:
      math_rule: {}

References:

- OmegaConf 2.3.1: omegaconf/basecontainer.py, BaseContainer._merge_with
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

merge_conflict = fault_rule(__name__)
