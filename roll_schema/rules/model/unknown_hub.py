"""
Unknown model hub.

ROLL compares `model_download_type` with the known hubs when it downloads the first model. Another name fails there.
Local folders are not downloaded.

    model_download_type: HUGGINGFACE   # error: [unknown-hub]

Use one of the two hubs:

    model_download_type: HUGGINGFACE_HUB

References:

- ROLL 0.1.0-0.3.0: roll/utils/checkpoint_manager.py, download_model
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def unknown_hub(config: BaseConfig) -> Iterator[Problem]:
    name = config.model_download_type
    if name is not None and name not in ("HUGGINGFACE_HUB", "MODELSCOPE"):
        advice = "set `model_download_type: HUGGINGFACE_HUB`, or `MODELSCOPE`"
        yield Problem("model_download_type", f"unknown hub `{name}`", advice)
