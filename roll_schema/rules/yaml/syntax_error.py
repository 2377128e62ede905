"""
Invalid YAML syntax.

The loader stops at the first error, and ROLL does not start. A parser often stops some lines below the cause: at the
key after an open bracket, or at the next line with correct indentation. The diagnostic marks the line to change, and a
note marks the place where the parser stops.

    domain_interleave_probs: {math: 0.5, code: 0.5   # error: [syntax-error]
    save_steps: 100

Close the brace:

    domain_interleave_probs: {math: 0.5, code: 0.5}
    save_steps: 100

References:

- PyYAML 6.0.4: yaml/parser.py, Parser
- PyYAML 6.0.4: yaml/scanner.py, Scanner
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

syntax_error = fault_rule(__name__)
