"""
Sequence packing in a pipeline that has none.

ROLL 0.1.3 packs sequences only in supervised fine-tuning and distillation; RLVR stops with a ValueError at load.

    actor_train:
      use_sequence_packing: true   # error: [sequence-packing-refused]

Leave it off:

    actor_train:
      use_sequence_packing: false
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.diagnostic import Severity
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.rule import Problem, rule


@rule(Severity.ERROR, fails="at load", releases="==0.1.3")
def sequence_packing_refused(config: RLVRConfig) -> Iterator[Problem]:
    if config.actor_train.use_sequence_packing:
        message = "ROLL 0.1.3 refuses `use_sequence_packing` in RLVR: only SFT and distillation pack sequences"
        yield Problem("actor_train.use_sequence_packing", message, "Delete it.")
