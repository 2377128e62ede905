"""
Several YAML documents in one file.

A second `---` starts a second document. The loader reads exactly one document and refuses the file. A single `---` at
the top is valid.

    exp_name: first
    ---   # error: [multiple-documents]
    exp_name: second

Write one document, or one file for each:

    ---
    exp_name: first

References:

- PyYAML 6.0.4: yaml/composer.py, Composer.get_single_node
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

multiple_documents = fault_rule(__name__)
