"""
Misplaced fragment.

Hydra places the keys of a fragment under the folders of its path. For `../config/base` these are keys with empty names:
Hydra loads the fragment, and ROLL ignores its keys. `@_here_` places the keys next to those of the including file.

This manual has no example, since it takes a second file. Instead of

    defaults:
      - ../config/deepspeed_zero2

write

    defaults:
      - ../config/deepspeed_zero2@_here_

References:

- Hydra 1.3.8: hydra/core/default_element.py, InputDefault.get_final_package
- Hydra 1.3.8: hydra/_internal/config_loader_impl.py, ConfigLoaderImpl._embed_result_config
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule
from roll_schema.source.diagnostic import Effect, Severity

misplaced_fragment = fault_rule(__name__, Severity.WARNING, Effect.IGNORED)
