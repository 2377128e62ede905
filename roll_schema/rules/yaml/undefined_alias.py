"""
Undefined alias.

An alias `*name` needs an anchor `&name` above it in the same file. Anchors of a fragment in `defaults` are not visible.
PyYAML refuses the file.

    response_length: *length   # error: [undefined-alias]

Define the anchor first; across files, write an interpolation such as `${prompt_length}` instead:

    prompt_length: &length 2048
    response_length: *length

References:

- PyYAML 6.0.4: yaml/composer.py, Composer.compose_node
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

undefined_alias = fault_rule(__name__)
