"""
Config without a mapping.

The file holds a sequence or a single value instead of keys and values. Hydra refuses a sequence. From a single string
ROLL reads no key, and stops at load. Often the space after a colon is missing, so that key and value are one string.

    exp_name:my-run   # error: [not-a-mapping]

Write the space:

    exp_name: my-run

References:

- Hydra 1.3.8: hydra/_internal/config_loader_impl.py, ConfigLoaderImpl._process_config_searchpath
- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, response_length or sequence_length must be set
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

not_a_mapping = fault_rule(__name__)
