"""
Undefined interpolation.

The path in `${...}` starts at the top level of the composed config, or with a dot at the section that holds it.
OmegaConf resolves interpolations before ROLL reads the config, so that the defaults of ROLL's own fields are not
visible. It stops at load.

Where a fragment should define the variable, the diagnostic marks its entry in `defaults`, or `defaults` itself where no
entry includes it. All uses of a variable are one diagnostic.

    response_length: ${max_length}   # error: [undefined-interpolation]

Define the variable:

    max_length: 4096
    response_length: ${max_length}

References:

- OmegaConf 2.3.1: omegaconf/base.py, Container._resolve_node_interpolation
- ROLL 0.1.0-0.3.0: examples/start_rlvr_pipeline.py, OmegaConf.to_container(cfg, resolve=True)
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

undefined_interpolation = fault_rule(__name__)
