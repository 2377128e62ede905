"""
Empty config.

The file has no key: it is empty, or holds comments only. ROLL stops at load, since neither `response_length` nor
`sequence_length` is set.

    # To be written.   # error: [empty-file]

Write the keys of a config:

    exp_name: my-run
    pretrain: Qwen/Qwen2.5-0.5B-Instruct

References:

- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, response_length or sequence_length must be set
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

empty_file = fault_rule(__name__, help="write a config, or check the path of the file")
