"""The whole config of the DPO pipeline: preference pairs, without rollouts."""

from roll_schema.models.base_config import BaseConfig
from roll_schema.models.section import DEFAULT, Float, Int
from roll_schema.models.worker_config import WorkerConfig


class DPOConfig(BaseConfig):
    """Config of `start_dpo_pipeline.py`."""

    global_template: str = DEFAULT
    """Chat template for both answers of a pair, by the names that `data_args.template` takes."""

    train_batch_size: Int = DEFAULT
    """Pairs per training batch. From ROLL 0.2.1 it is gone: the batch follows from data-parallel size, gradient
    accumulation and `per_device_train_batch_size`.
    """

    max_grad_norm: Float = DEFAULT
    """Gradients with a larger norm are scaled down to it; overwrites the value in `strategy_config`."""

    pretrain: str = DEFAULT
    """Directory or hub id of the model to start from; replaces the model paths of `actor_train` and `reference` as soon
    as one of them has none.
    """

    validation: WorkerConfig = DEFAULT
    """What is validated every `eval_steps` steps: its `data_args` name the pairs."""

    actor_train: WorkerConfig = DEFAULT
    """Workers that train the policy. Their `data_args` name the pairs and must set `preprocessing_num_workers`."""

    reference: WorkerConfig = DEFAULT
    """Workers with the frozen model that the policy is compared with; needed with LoRA, too."""

    ipo: bool = DEFAULT
    """Uses IPO's squared loss instead of DPO's."""

    beta: Float = DEFAULT
    """How strongly the policy is held to the reference; higher stays closer."""

    label_smoothing: Float = DEFAULT
    """Share of pairs, 0 to 0.5, that are taken as labelled the wrong way round."""

    chosen_key: str = DEFAULT
    """Column with the better answer."""

    rejected_key: str = DEFAULT
    """Column with the worse answer."""
