"""`rewards.<name>.query_filter_config`: which prompts are worth training on."""

from typing import Literal

from roll_schema.models.section import DEFAULT, FreeForm, Section


class RewardFilterConfig(Section):
    """Drops whole prompts by the scores that their samples got."""

    type: Literal["no_filter", "mean_filter", "std_filter"] = DEFAULT
    """Statistic of a prompt's scores that decides; `no_filter` keeps every prompt."""

    filter_args: FreeForm = DEFAULT
    """Thresholds: `threshold_down` and `threshold_up` for `mean_filter`, `std_threshold` for `std_filter`."""
