"""
Unset environment variable without default.

`${oc.env:NAME}` fails at load if `NAME` is not set on the machine that starts ROLL. This is a warning, since that may
be another machine than the one that runs roll-lint. Rules that need the value do not run.

    output_dir: ${oc.env:MY_UNSET_OUTPUT_DIR}   # warning: [unset-environment-variable]

Add a default:

    output_dir: ${oc.env:MY_UNSET_OUTPUT_DIR,./output}

References:

- OmegaConf 2.3.1: omegaconf/resolvers/oc/__init__.py, env
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule
from roll_schema.source.diagnostic import Severity

unset_environment_variable = fault_rule(__name__, Severity.WARNING)
