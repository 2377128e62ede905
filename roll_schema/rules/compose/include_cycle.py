"""
Circular include.

Two files include each other in `defaults`, or a file includes itself. Hydra follows the entries by recursion, and
exceeds Python's recursion limit at load. roll-lint also stops after 1,000 includes.

This manual has no example, since it takes two files, such as `a.yaml`

    defaults: [b]

and `b.yaml`

    defaults: [a]

Move the keys that both files need to a third file, and include that file in both.

References:

- Hydra 1.3.8: hydra/_internal/defaults_list.py, _create_defaults_tree_impl
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

include_cycle = fault_rule(__name__)
