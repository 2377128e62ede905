"""
Duplicate key in a mapping.

Many YAML tools use the last value. OmegaConf's loader refuses the file, so ROLL does not start.

    save_steps: 100
    logging_steps: 1
    save_steps: 50   # error: [duplicate-key]

Keep one of them:

    logging_steps: 1
    save_steps: 50

References:

- OmegaConf 2.3.1: omegaconf/_utils.py, get_yaml_loader
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

duplicate_key = fault_rule(__name__)
