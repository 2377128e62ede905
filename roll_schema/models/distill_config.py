"""The whole config of the distillation pipelines: a student learns a teacher's token probabilities."""

from typing import Literal

from roll_schema.models.base_config import BaseConfig
from roll_schema.models.section import DEFAULT, Float, Int
from roll_schema.models.worker_config import WorkerConfig


class DistillConfig(BaseConfig):
    """Config of `start_distill_pipeline.py` and `start_distill_vl_pipeline.py`."""

    student_pretrain: str = DEFAULT
    """Directory or hub id of the model that learns."""

    teacher_pretrain: str = DEFAULT
    """Directory or hub id of the model to learn from. It must have the student's vocabulary, which nothing checks."""

    student: WorkerConfig = DEFAULT
    """Workers that train; their `data_args` name the rows, as a list of files."""

    teacher: WorkerConfig = DEFAULT
    """Workers that compute the teacher's probabilities."""

    question_key: str = DEFAULT
    """Column with the question."""

    answer_key: str = DEFAULT
    """Column with the answer that both models read."""

    distill_loss_weight: Float = DEFAULT
    """Weight of the distillation loss, 0 to 1; the rest goes to the usual loss on the answer."""

    kd_temperature: Float = DEFAULT
    """Temperature of the student's probabilities in the loss; higher flattens them."""

    teacher_temperature: Float = DEFAULT
    """Temperature of the teacher's probabilities in the loss; higher flattens them."""

    kd_objective: (
        Literal[
            "forward_kl",
            "reverse_kl",
            "adaptive_kl",
            "skewed_forward_kl",
            "skewed_reverse_kl",
            "js_divergence",
        ]
        | None
    ) = DEFAULT
    """Divergence between the two models: `forward_kl` makes the student cover all that the teacher finds likely,
    `reverse_kl` concentrate on its likeliest answers.
    """

    adaptive_kl_alpha: Float | None = DEFAULT
    """Share of the forward divergence in `adaptive_kl`, 0 to 1."""

    skew_lambda: Float | None = DEFAULT
    """Share of the other model mixed in by the skewed divergences, 0 to 1."""

    distill_on_prompt: bool | None = DEFAULT
    """Learns the tokens of the question as well."""

    max_length: Int | None = DEFAULT
    """Longest question and answer in tokens; from ROLL 0.1.3 `sequence_length` takes its place."""

    max_grad_norm: Float | None = DEFAULT
    """Gradients with a larger norm are scaled down to it; 0, the default, does not clip."""

    logits_topk: Int = DEFAULT
    """Likeliest tokens whose probabilities the teacher hands over; 0 hands over all of them."""

    logits_transfer_backend: str | None = DEFAULT
    """How logits get from teacher to student: `ipc+nccl`, `nccl-only` or `ray`; another name stops the workers when
    they start.
    """

    validation: WorkerConfig = DEFAULT
    """What is validated every `eval_steps` steps: its `data_args` name the rows."""
