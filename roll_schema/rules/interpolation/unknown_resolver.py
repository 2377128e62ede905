"""
Unknown resolver.

The name before the colon in `${name:...}` is not a resolver. ROLL registers none. OmegaConf and Hydra register
`oc.env`, `oc.select`, `oc.decode`, `oc.create`, `oc.deprecated`, `oc.dict.keys`, `oc.dict.values`, `now`, `hydra` and
`python_version`. OmegaConf stops at load on any other, such as the shell's `${NAME:-default}`, in which `NAME` is read
as a resolver.

    output_dir: ${env:OUTPUT_DIR,./output}   # error: [unknown-resolver]

Read an environment variable with `oc.env`:

    output_dir: ${oc.env:OUTPUT_DIR,./output}

References:

- OmegaConf 2.3.1: omegaconf/base.py, Container._evaluate_custom_resolver
- OmegaConf 2.3.1: omegaconf/omegaconf.py, register_default_resolvers
- Hydra 1.3.8: hydra/core/utils.py, setup_globals
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

unknown_resolver = fault_rule(__name__)
