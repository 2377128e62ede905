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
    "agentic": "agentic_config.AgenticConfig",
    "agentic_rollout": "agentic_config.AgenticConfig",
    "dpo": "dpo_config.DPOConfig",
    "sft": "sft_config.SFTConfig",
    "distill": "distill_config.DistillConfig",
    "distill_vl": "distill_config.DistillConfig",
    "onpolicy_distill": "rlvr_config.RLVRConfig",
    "reward_fl": "reward_fl_config.RewardFLConfig",
}
"""The model of each pipeline, by module and class; imported only when asked for."""


def of_pipeline(pipeline: str, base: object = "rlvr") -> type[Section]:
    """The model of a pipeline's config; raises KeyError for a pipeline without one.

    On-policy distillation builds on one of two pipelines: `base` is the config's `pure_opd_pipeline_type`.
    """
    if pipeline == "onpolicy_distill" and base == "agentic":
        pipeline = "agentic"
    module, _, name = PIPELINES[pipeline].partition(".")
    model: type[Section] = getattr(import_module(f"roll_schema.models.{module}"), name)
    return model
