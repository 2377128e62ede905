"""
Pipeline of another ROLL release.

The release has no start script for the pipeline of the config: `sft` starts with ROLL 0.1.1, `onpolicy_distill` with
0.2.1, `reward_fl` is in 0.1.1 to 0.2.1, and `rlvr_vlmath` in 0.1.0 to 0.2.0.

This manual has no example, since a config does not name its pipeline. With `--roll-release 0.3.0 --pipeline reward_fl`
this error is reported.

References:

- ROLL 0.1.1-0.2.1: examples/start_reward_fl_pipeline.py, def main
- ROLL 0.2.1-0.3.0: examples/start_onpolicy_distill_pipeline.py, def main
- ROLL 0.1.0-0.2.0: examples/start_rlvr_vlmath_pipeline.py, def main
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule
from roll_schema.source.diagnostic import Effect

pipeline_not_in_release = fault_rule(__name__, effect=Effect.STARTUP)
