"""`generating_args`: how a model samples its answers."""

from roll_schema.models.section import DEFAULT, Float, Int, Item, Section


class GeneratingArguments(Section):
    """Sampling settings of rollouts, of validation or of a judge."""

    do_sample: bool | None = DEFAULT
    """Nothing in ROLL reads it; `temperature: 0` is greedy."""

    temperature: Float | None = DEFAULT
    """Higher makes answers more varied, 0 always takes the likeliest token. 0 on `actor_infer` makes the samples of a
    prompt alike, which leaves `grpo` nothing to learn from.
    """

    top_p: Float | None = DEFAULT
    """Samples only from the likeliest tokens that together reach this probability; 1 switches it off. Below 1, rollouts
    and training disagree about the probabilities of tokens.
    """

    top_k: Int | None = DEFAULT
    """Samples only from this many likeliest tokens; -1 or 0 switches it off. Anything else makes rollouts and training
    disagree about the probabilities of tokens.
    """

    num_beams: Int | None = DEFAULT
    """Beams of beam search; 1 samples without. Above 1 it sets `num_return_sequences` to the same number, while vLLM's
    requests do no beam search at all; null stops the run at load.
    """

    max_length: Int | None = DEFAULT
    """Longest prompt and answer together, in tokens; `max_new_tokens` takes precedence over it."""

    max_new_tokens: Int | None = DEFAULT
    """Longest answer in tokens. ROLL rewrites it to `sequence_length` - `prompt_length` on `actor_infer` and to the
    difference of the validation lengths on `validation`; elsewhere, as for a judge, it counts.
    """

    repetition_penalty: Float | None = DEFAULT
    """Above 1 makes tokens less likely that already occurred, 1 switches it off."""

    length_penalty: Float | None = DEFAULT
    """Exponent by which beam search weighs length; without beam search it does nothing."""

    num_return_sequences: Int | None = DEFAULT
    """Answers per prompt. ROLL overwrites it with `num_return_sequences_in_group` on `actor_infer`."""

    stop_strings: list[Item[str]] | None = DEFAULT
    """An answer ends where one of these strings appears in it."""

    include_stop_str_in_output: bool | None = DEFAULT
    """Keeps the string of `stop_strings` that ended an answer at its end."""

    logprobs: Int | None = DEFAULT
    """Log-probabilities that the engine returns per token, beside that of the token itself; 0 returns that one alone,
    null none. Corrections between trainer and engine, and on-policy distillation, need them.
    """
