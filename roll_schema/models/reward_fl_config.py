"""The whole config of the reward feedback pipeline for diffusion models (ROLL 0.1.1 to 0.2.1)."""

from roll_schema.models.base_config import BaseConfig
from roll_schema.models.section import DEFAULT, Float, Int
from roll_schema.models.worker_config import WorkerConfig


class RewardFLConfig(BaseConfig):
    """Config of `start_reward_fl_pipeline.py`."""

    global_template: str = DEFAULT
    """Chat template for the prompts."""

    train_batch_size: Int = DEFAULT
    """Prompts per training batch."""

    max_grad_norm: Float = DEFAULT
    """Gradients with a larger norm are scaled down to it; overwrites the value in `strategy_config`."""

    actor_train: WorkerConfig = DEFAULT
    """Workers that train the diffusion model, on `diffusion_deepspeed_train`."""
