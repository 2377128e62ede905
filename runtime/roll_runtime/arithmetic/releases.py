"""What each release of ROLL computes, as named functions.

Those that results of ROLL's own functions were compared with are 0.1.3, 0.2.1 and 0.3.0. ROLL's source says that 0.1.1
computes what 0.1.3 does, and 0.2.0 what 0.2.1 does, but for some metrics; `tests/runtime/test_roll_sources.py` lists
where the sources differ. `roll_schema.facts.supported.ARITHMETIC` has the ground of each, and all others are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from torch import Tensor

from roll_runtime.arithmetic import balance, correction, loss_by_micro_batch, loss_by_step, metrics
from roll_runtime.arithmetic.aggregate import Counts
from roll_runtime.arithmetic.policy import Samples
from roll_runtime.arithmetic.settings import LossSettings

Loss = Callable[[Tensor, Tensor, Samples, Counts, LossSettings], tuple[Tensor, dict[str, Tensor]]]


class Arithmetic(NamedTuple):
    """The functions of a release; `report` is None where only the loss corrects for trainer and engine."""

    order: Callable[[Sequence[int], int], list[int]]
    loss: Loss
    report: correction.Report | None
    finish: metrics.Finish


_0_1_3 = Arithmetic(balance.as_they_come, loss_by_micro_batch.loss, None, metrics.as_reduced)
_0_2_1 = Arithmetic(
    balance.balanced,
    partial(loss_by_step.loss, report=correction.report_filters),
    correction.report_filters,
    metrics.mean_of_steps,
)
_0_3_0 = _0_2_1._replace(loss=partial(loss_by_step.loss, report=correction.report_all), report=correction.report_all)

ARITHMETIC = {
    "0.1.1": _0_1_3,
    "0.1.3": _0_1_3,
    "0.2.0": _0_2_1._replace(finish=metrics.with_steps),
    "0.2.1": _0_2_1,
    "0.3.0": _0_3_0,
}
