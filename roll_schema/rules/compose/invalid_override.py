"""
Invalid override.

An override is an argument of roll-lint or roll-run in Hydra's syntax: `key=value` changes a key that the config has,
`+key=value` adds one that it lacks, `++key=value` does either, and `~key` removes one. Hydra refuses all others.
Several values with commas are a sweep, which needs `--multirun`.

This manual has no example, since an override is an argument of the command line. If the config has no `seed`, then

    seed=7

is refused. Add the key:

    +seed=7

References:

- Hydra 1.3.8: hydra/_internal/config_loader_impl.py, ConfigLoaderImpl._apply_overrides_to_config
- Hydra 1.3.8: hydra/core/override_parser/overrides_parser.py, OverridesParser.parse_overrides
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

invalid_override = fault_rule(__name__)
