"""
Malformed interpolation.

After `${` OmegaConf expects the path of a key, or a resolver with its arguments, and a closing `}`. It stops at load on
anything else. Write a literal `${` as `\\${`.

    model: Qwen2.5
    exp_name: ${model-run   # error: [malformed-interpolation]

Close the brace:

    model: Qwen2.5
    exp_name: ${model}-run

References:

- OmegaConf 2.3.1: omegaconf/grammar_parser.py, OmegaConfErrorListener.syntaxError
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

malformed_interpolation = fault_rule(__name__)
