"""
Invalid `hydra` block.

The key `hydra` holds Hydra's own settings, with a fixed set of keys. Hydra stops at an unknown key, at a `searchpath`
that is not a list of strings, and at a `searchpath` in a fragment.

    hydra:
      run_dir: ./outputs   # error: [invalid-hydra-block]

Write a key that Hydra has:

    hydra:
      run: {dir: ./outputs}

References:

- Hydra 1.3.8: hydra/conf/__init__.py, HydraConf
- Hydra 1.3.8: hydra/_internal/config_loader_impl.py, ConfigLoaderImpl._process_config_searchpath
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

invalid_hydra_block = fault_rule(__name__)
