"""
Merged value that depends on the PyYAML release.

`<<: [*first, *second]` merges two mappings, and both set the same key to different values. Up to PyYAML 6.0.3 the first
mapping wins, as the YAML specification says. From PyYAML 6.0.4 on the last one wins. Machines with different releases
of PyYAML then run different configs. roll-lint uses the value of the first mapping.

    short: &short
      max_new_tokens: 1024
    long: &long
      max_new_tokens: 8192
    generating_args:
      <<: [*short, *long]   # warning: [merge-order]

A key of the mapping itself wins in every release:

    short: &short
      max_new_tokens: 1024
    long: &long
      max_new_tokens: 8192
    generating_args:
      <<: [*short, *long]
      max_new_tokens: 1024

References:

- PyYAML 6.0.4: yaml/constructor.py, SafeConstructor.flatten_mapping
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule
from roll_schema.source.diagnostic import Effect, Severity

merge_order = fault_rule(__name__, Severity.WARNING, Effect.DIFFERENT)
