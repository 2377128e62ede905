"""
Invalid UTF-8.

Hydra reads configs as UTF-8, and stops at the first byte that does not decode. Usually the file was saved in another
encoding, such as Latin-1 or GBK.

This manual has no example, since it is UTF-8 itself. Convert such a file:

    iconv -f GBK -t UTF-8 old.yaml > new.yaml

References:

- Hydra 1.3.8: hydra/_internal/core_plugins/file_config_source.py, FileConfigSource.load_config
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

not_utf8 = fault_rule(__name__)
