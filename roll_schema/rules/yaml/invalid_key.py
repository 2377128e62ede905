"""
Invalid key.

A key must be a string, an integer, a float or a boolean. OmegaConf refuses null, and PyYAML refuses a mapping or a
sequence as a key. The double braces of a template, `{{name}}`, are a mapping used as a key, too.

    ? [math, code]   # error: [invalid-key]
    : 0.5

Write one string key for each value:

    domain_interleave_probs:
      math: 0.5
      code: 0.5

References:

- PyYAML 6.0.4: yaml/constructor.py, BaseConstructor.construct_mapping
- OmegaConf 2.3.1: omegaconf/dictconfig.py, DictConfig._s_validate_and_normalize_key
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

invalid_key = fault_rule(__name__)
