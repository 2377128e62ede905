"""
Circular interpolation.

The interpolation refers back to itself, directly or through others. OmegaConf stops at load. roll-lint also reports a
chain of more than 150 interpolations, on which OmegaConf exceeds Python's recursion limit.

    prompt_length: ${prompt_length}   # error: [interpolation-cycle]

Write a value:

    prompt_length: 2048
    response_length: ${prompt_length}

References:

- OmegaConf 2.3.1: omegaconf/base.py, Container._select_impl
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

interpolation_cycle = fault_rule(__name__)
