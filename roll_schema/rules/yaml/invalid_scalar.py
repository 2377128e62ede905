"""
Invalid scalar.

The value does not fit its tag, such as `!!int often`, or it is a single `=` or `<<`, which YAML 1.1 reserves. The file
does not load.

    save_steps: !!int often   # error: [invalid-scalar]

Remove the tag, and put a string that looks like something else in quotes:

    save_steps: 100
    exp_name: "="

References:

- PyYAML 6.0.4: yaml/constructor.py, SafeConstructor.construct_yaml_int
- PyYAML 6.0.4: yaml/constructor.py, SafeConstructor.construct_undefined
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

invalid_scalar = fault_rule(__name__)
