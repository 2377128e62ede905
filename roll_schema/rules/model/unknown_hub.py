"""
A hub that ROLL does not download from.

The name is compared when the first model or data file is looked for.

    model_download_type: HUGGINGFACE   # error: [unknown-hub]

Write one of the two:

    model_download_type: HUGGINGFACE_HUB
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def unknown_hub(config: BaseConfig) -> Iterator[Problem]:
    name = config.model_download_type
    if name is not None and name not in ("HUGGINGFACE_HUB", "MODELSCOPE"):
        advice = "Write `HUGGINGFACE_HUB` or `MODELSCOPE`."
        yield Problem("model_download_type", f"ROLL knows no hub `{name}`", advice)
