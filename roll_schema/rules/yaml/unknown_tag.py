"""
Unknown YAML tag.

Tags such as `!env` or `!include` belong to other tools, and the safe loader refuses `!!python/...`. The file does not
load.

    output_dir: !env OUTPUT_DIR   # error: [unknown-tag]

Read an environment variable with an interpolation of OmegaConf:

    output_dir: ${oc.env:OUTPUT_DIR,./output}

References:

- PyYAML 6.0.4: yaml/constructor.py, SafeConstructor.construct_undefined
- OmegaConf 2.3.1: omegaconf/_utils.py, get_yaml_loader
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

unknown_tag = fault_rule(__name__)
