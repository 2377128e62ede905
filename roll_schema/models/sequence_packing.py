"""`sequence_packing_args`: how samples are packed into sequences."""

from roll_schema.models.section import DEFAULT, Int, Section


class SequencePackingConfig(Section):
    """Read with `use_sequence_packing` only."""

    algorithm: str = DEFAULT
    """`none` packs the samples of a micro-batch as they come, `load_balance` evens out the lengths; another name fails
    in the first step.
    """

    max_packed_sequence_length_forward: Int = DEFAULT
    """Most tokens in a packed sequence where nothing is trained; `load_balance` needs it, `sequence_length` or more."""

    max_packed_sequence_length_train: Int = DEFAULT
    """Most tokens in a packed sequence in training; `load_balance` needs it, at least `sequence_length`."""

    min_num_micro_batches_forward: Int = DEFAULT
    """Fewest micro-batches that a batch is packed into where nothing is trained."""

    min_num_micro_batches_train: Int = DEFAULT
    """Fewest micro-batches that a batch is packed into in training."""
