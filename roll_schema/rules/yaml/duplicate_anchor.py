"""
Duplicate YAML anchor.

The same anchor `&name` is defined twice in one file. YAML allows this, and many tools use the later value. PyYAML,
which reads the config for ROLL, refuses the file.

    prompt_length: &length 2048
    response_length: &length 4096   # error: [duplicate-anchor]

Give each anchor a different name:

    prompt_length: &prompt_length 2048
    response_length: &response_length 4096

References:

- PyYAML 6.0.4: yaml/composer.py, Composer.compose_node
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

duplicate_anchor = fault_rule(__name__)
