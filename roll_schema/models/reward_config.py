"""`rewards.<name>`: the workers that score the answers of one domain."""

from typing import Any, ClassVar

from roll_schema.models.reward_filter import RewardFilterConfig
from roll_schema.models.section import DEFAULT, Float, Item
from roll_schema.models.worker_config import WorkerConfig


class RewardConfig(WorkerConfig):
    """A reward, which is a group of workers with settings for the verifier or judge that its `worker_cls` is."""

    release_class: ClassVar[str] = "rlvr_config.RewardConfig"

    code_url: str = DEFAULT
    """URL of the sandbox service that `CodeSandboxRewardWorker` sends programs to where `use_local` is false."""

    use_local: bool = DEFAULT
    """Makes `CodeSandboxRewardWorker` run the programs that the model wrote on the worker's own machine instead of at
    `code_url`.
    """

    judge_prompt: str = DEFAULT
    """Name of one of ROLL's prompts for `LLMJudgeRewardWorker`, not its text. An unknown name is not reported: the
    judge then has no prompt.
    """

    judge_model_type: str = DEFAULT
    """Where the judge of `LLMJudgeRewardWorker` runs: `inference` runs the model of this reward's `model_args` on GPUs
    of its own, `api` calls `judge_api_url`. Left out, the worker fails when it starts.
    """

    judge_model_name: str = DEFAULT
    """Model that the judge's API is asked for, with `judge_model_type: api`."""

    judge_api_url: str = DEFAULT
    """Base URL of the judge's API, which speaks OpenAI's protocol; needed with `judge_model_type: api`. A missing one
    shows only when the first answer is scored.
    """

    judge_api_key: str = DEFAULT
    """Key for the judge's API, with `judge_model_type: api`. Write it as `${oc.env:NAME}` rather than into the file."""

    format_pattern: str = DEFAULT
    """Regular expression for the format check of `MathRuleRewardWorker`, matched from the start of the answer. Left
    out, it looks for `<think>` and then `<answer>` blocks.
    """

    reward_type: str = DEFAULT
    """How strict `CrossThinkQARuleRewardWorker` is with answers that are right in format but wrong in content, or the
    other way round: `loose`, `soft` or `strict`.
    """

    response_length_penalty_coef: Float = DEFAULT
    """Weight of the response-length term in the reward of `CrossThinkQARuleRewardWorker`."""

    tag_included: list[Item[str]] = DEFAULT
    """Tags of the rows that belong to this domain. A tag listed by two rewards belongs to the last; rows whose tag no
    reward lists go to the domain `math_rule`, whether it exists or not.
    """

    query_filter_config: RewardFilterConfig = DEFAULT
    """Drops prompts by the scores of their samples, for example those that are always solved or never.
    `is_use_additional_prompts` has replacements ready.
    """

    response_filter_config: RewardFilterConfig = DEFAULT
    """Nothing in ROLL reads it: single samples are not filtered."""

    reward_manager_config: list[Item[dict[str, Any]]] = DEFAULT
    """Settings of the reward managers that the worker class runs, one entry each."""
