"""The whole config of the supervised fine-tuning pipeline."""

from roll_schema.models.base_config import BaseConfig
from roll_schema.models.section import DEFAULT, Float
from roll_schema.models.worker_config import WorkerConfig


class SFTConfig(BaseConfig):
    """Config of `start_sft_pipeline.py`."""

    global_template: str = DEFAULT
    """Chat template for all rows, by the names that `data_args.template` takes."""

    pretrain: str = DEFAULT
    """Directory or hub id of the model to start from; always replaces the model path of `sft_train`."""

    system_key: str = DEFAULT
    """Column with the system prompt; left out, rows have none."""

    prompt_key: str = DEFAULT
    """Column with the instruction."""

    query_key: str | None = DEFAULT
    """Column with further input that is appended to the instruction."""

    response_key: str = DEFAULT
    """Column with the answer to learn."""

    validation: WorkerConfig = DEFAULT
    """What is validated every `eval_steps` steps: its `data_args` name the rows; the last incomplete batch is dropped.
    """

    sft_train: WorkerConfig = DEFAULT
    """Workers that train; `training_args.num_train_epochs` must be an integer."""

    max_grad_norm: Float = DEFAULT
    """Gradients with a larger norm are scaled down to it; overwrites the value in `strategy_config`."""
