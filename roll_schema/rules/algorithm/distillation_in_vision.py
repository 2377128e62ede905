"""
On-policy distillation in the vision pipeline.

Detects on-policy distillation in the pipeline `rlvr_vl` of ROLL 0.3.0. The advantages need log-probabilities for each
teacher by name, which this pipeline does not compute, so the first step fails with a KeyError. ROLL 0.2.1 can distill
in this pipeline.

    use_opd: true
    teacher:   # error: [distillation-in-vision]
      device_mapping: list(range(0,8))

Train on rewards only:

    reference:
      device_mapping: list(range(0,8))

References:

- ROLL 0.3.0: roll/utils/functionals.py, compute_advantage
- ROLL 0.3.0: roll/pipeline/rlvr/rlvr_vlm_pipeline.py, RLVRVLMPipeline.run
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.3.0", pipelines=("rlvr_vl",))
def distillation_in_vision(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if (config.use_opd or context.distills) and context.is_set("teacher"):
        message = f"`teacher` is not supported in `rlvr_vl` of ROLL {context.release.name}"
        switch = "use_opd" if config.use_opd else "is_pure_opd"
        yield Problem("teacher", message, f"remove `{switch}` and `teacher`", at_key=True)
