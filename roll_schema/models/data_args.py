"""`data_args`: data files, their columns, and the chat template."""

from roll_schema.models.section import DEFAULT, Float, Int, Item, Section


class DataArguments(Section):
    """Which rows are read, and how they become prompts."""

    template: str | None = DEFAULT
    """Chat template that makes prompts from messages: `native`, `qwen2_5`, `qwen2_5_dpo`, `qwen3`, `chatml`,
    `longCOT_qwen2.5`, `longcot_V3`, or `base` and `empty`, which take exactly one user message; another name stops the
    run at start. `global_template` wins over it, and RLVR's validation rows get the template of `actor_train`.
    """

    domain_interleave_probs: dict[str, Item[Float]] | None = DEFAULT
    """Share of each step's prompts per domain; required on `actor_train`, with keys that are keys of `rewards`. They
    should add up to 1: each domain gets its share of `rollout_batch_size` rounded down, the last one whatever is left.
    """

    preprocessing_num_workers: Int | None = DEFAULT
    """Processes that tokenize and filter the rows; RLVR uses the number of `actor_train` for its validation rows too.
    """

    file_name: list[Item[str]] | str | None = DEFAULT
    """Data files, all with the same extension: json, jsonl, parquet, csv, arrow or txt. Give a list even for one file:
    RLVR in ROLL 0.1.3 goes through a plain string letter by letter and fails at start.
    """

    eval_file_name: str | None = DEFAULT
    """Nothing in ROLL reads it; `validation.data_args.file_name` names the validation data."""

    dataset_type: list[Item[str]] | str | None = DEFAULT
    """Format of the data files, such as `json`. RLVR goes by the extension of the files in `file_name`."""

    tag: str | None = DEFAULT
    """Column with the tag that decides a row's domain (`tag_included`). RLVR itself looks for a column called `tag`."""

    id: str | None = DEFAULT
    """Column with the id of a row."""

    prompt: str | None = DEFAULT
    """Column with finished prompts, which get no chat template. Together with `messages` it stops the run at load."""

    response: str | None = DEFAULT
    """Column with the expected answer. RLVR's rule-based rewards look for a column called `ground_truth` themselves."""

    messages: str | None = DEFAULT
    """Column with the messages of a conversation, from which `template` makes the prompt. Together with `prompt` it
    stops the run at load.
    """

    image_max_pixels: Int = DEFAULT
    """Larger images are scaled down to so many pixels."""

    image_min_pixels: Int = DEFAULT
    """Smaller images are scaled up to so many pixels."""

    video_max_pixels: Int = DEFAULT
    """Larger video frames are scaled down to so many pixels."""

    video_min_pixels: Int = DEFAULT
    """Smaller video frames are scaled up to so many pixels."""

    video_total_pixels: Int = DEFAULT
    """Most pixels of all frames of a video together."""

    video_fps: Float = DEFAULT
    """Frames that are taken from each second of a video."""

    video_max_frames: Int = DEFAULT
    """Most frames that are taken from a video."""

    video_resize_chunk_frames: Int = DEFAULT
    """Frames that are scaled at a time; lower takes less memory."""

    image_folder: str | None = DEFAULT
    """Directory that the paths of images in the data start from."""

    video_folder: str | None = DEFAULT
    """Directory that the paths of videos in the data start from."""

    audio_folder: str | None = DEFAULT
    """Directory that the paths of sound files in the data start from."""

    custom_data_kwargs_func: str | None = DEFAULT
    """Dotted path of a function that makes further model inputs from a row; imported when the data is read."""
