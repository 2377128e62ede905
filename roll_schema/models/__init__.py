"""What a config is: one strict pydantic model per section, attribute docstrings, no cross-field logic."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roll_schema.models.section import Section

PIPELINES = {
    "rlvr": "rlvr_config.RLVRConfig",
    "rlvr_rollout": "rlvr_config.RLVRConfig",
    "rlvr_vl": "rlvr_config.RLVRConfig",
    "rlvr_vlmath": "rlvr_config.RLVRConfig",
}
"""The model of each pipeline, by module and class; imported only when asked for."""


def of_pipeline(pipeline: str) -> type[Section]:
    """The model of a pipeline's config; raises KeyError for a pipeline without one."""
    module, _, name = PIPELINES[pipeline].partition(".")
    model: type[Section] = getattr(import_module(f"roll_schema.models.{module}"), name)
    return model
