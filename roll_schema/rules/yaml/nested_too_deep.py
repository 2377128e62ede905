"""
Excessive nesting.

OmegaConf builds a config by recursion, and exceeds Python's recursion limit on mappings or sequences that are nested
hundreds of levels deep. ROLL's own configs have about ten levels.

This manual has no example, since it takes more than 200 levels, such as a line of 201 `[`. Such a file is usually
generated: look for an endless loop in the generator.

References:

- OmegaConf 2.3.1: omegaconf/omegaconf.py, OmegaConf._create_impl
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

nested_too_deep = fault_rule(__name__)
