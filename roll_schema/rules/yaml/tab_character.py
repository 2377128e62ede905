"""
Tab character between tokens.

PyYAML accepts tabs in quotes, block scalars and comments. Everywhere else, such as in indentation or between a key and
its value, it refuses the file. In the example `␉` is a tab:

    save_steps:␉100   # error: [tab-character]

Write a space:

    save_steps: 100

References:

- PyYAML 6.0.4: yaml/scanner.py, Scanner.fetch_more_tokens
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

tab_character = fault_rule(__name__)
