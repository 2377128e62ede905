"""`dataset_filter`: a filter on the data set, which ROLL 0.1.3 declares but does not apply."""

from roll_schema.models.section import DEFAULT, Float, Int, Section


class DatasetFilterConfig(Section):
    """Would choose rows by source and difficulty; nothing in ROLL reads it."""

    source: str | None = DEFAULT
    """Source that rows should come from. Without effect: nothing in ROLL reads `dataset_filter`."""

    min_difficulty: Float | None = DEFAULT
    """Lowest difficulty of rows. Nothing in ROLL reads it; `difficulty_low_threshold` goes by scores instead."""

    max_difficulty: Float | None = DEFAULT
    """Highest difficulty of rows. Nothing in ROLL reads it; `difficulty_high_threshold` goes by scores instead.
    """

    num_samples: Int = DEFAULT
    """Number of rows to take. Nothing in ROLL reads it."""
