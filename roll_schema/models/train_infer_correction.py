"""`train_infer_correction`: what is done about the trainer and the rollout engine disagreeing on probabilities."""

from typing import Literal

from roll_schema.models.section import DEFAULT, Float, Item, Section

Aggregation = Literal["token", "segment", "geometric", "sequence"]


class TrainInferISWeightConfig(Section):
    """`is_weight`: weights the loss by how much likelier the trainer finds the rollout than the engine did."""

    enabled: bool = DEFAULT
    """Switches the weights on."""

    weight_type: Aggregation = DEFAULT
    """What a weight belongs to: each token, each segment (a turn), or the whole sample, by its tokens' geometric mean
    or their product (`sequence`).
    """

    upper_bound: Float | None = DEFAULT
    """Largest weight; null does not bound it."""

    detach: bool = DEFAULT
    """Keeps gradients out of the weights."""


class TrainInferFilterConfig(Section):
    """An entry of `filters`: leaves out of the loss what the trainer and the engine disagree on too much."""

    enabled: bool = DEFAULT
    """Switches this filter on."""

    agg_type: Aggregation = DEFAULT
    """What is judged and left out as one: tokens, segments (turns), or samples by geometric mean or product."""

    ratio_enabled: bool = DEFAULT
    """Judges by trainer's probability divided by engine's."""

    ratio_low: Float = DEFAULT
    """Smallest ratio that stays in."""

    ratio_high: Float = DEFAULT
    """Largest ratio that stays in."""

    diff_enabled: bool = DEFAULT
    """Judges by trainer's probability less engine's."""

    diff_low: Float = DEFAULT
    """Smallest difference that stays in."""

    diff_high: Float = DEFAULT
    """Largest difference that stays in."""


class TrainInferCorrectionConfig(Section):
    """Needs log-probabilities from the rollout (`generating_args.logprobs`) and recomputed ones; else it is skipped."""

    is_weight: TrainInferISWeightConfig = DEFAULT
    """Importance weights on the loss."""

    filters: list[Item[TrainInferFilterConfig]] = DEFAULT
    """Filters, applied one after the other."""
