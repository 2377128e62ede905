"""
Unset mandatory value (`???`).

In Hydra `???` marks a value that must still be set. ROLL's start scripts do not check it and read the string `???`.

    exp_name: ???   # warning: [unset-value]

Set the value in the file or on the command line:

    exp_name: first-run

References:

- ROLL 0.1.0-0.3.0: examples/start_rlvr_pipeline.py, OmegaConf.to_container(cfg, resolve=True)
- OmegaConf 2.3.1: omegaconf/omegaconf.py, throw_on_missing: bool = False
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.section import Section


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def unset_value(section: Section) -> Iterator[Problem]:
    for field in section.model_fields_set:
        if section.__dict__.get(field) == "???":
            message = f"missing value of `{field}`: ROLL reads the string `???`"
            yield Problem(field, message, f"set `{field}`")
