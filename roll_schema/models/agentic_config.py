"""The whole config of the agentic pipelines: reinforcement learning in environments, over several turns."""

from typing import Any, ClassVar, Literal

from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import DEFAULT, Float, FreeForm, Int, Item, Section
from roll_schema.models.worker_config import WorkerConfig, WorkerFields


class LLMProxyConfig(Section):
    """`llm_proxy`: how an environment reaches the model that acts in it."""

    proxy_type: str = DEFAULT
    """`policy` asks the model in training, `openai` an API that speaks OpenAI's protocol, `random` answers at random.
    Another name stops the environment workers when they start.
    """

    proxy_config: FreeForm = DEFAULT
    """Settings of the proxy, such as the address and model of an API."""


class RewardNormalizationConfig(Section):
    """`reward_normalization`: how the scores of trajectories are made comparable."""

    grouping: str = DEFAULT
    """Column by whose values trajectories are grouped: `batch`, `tags`, `traj_group_id` or `traj_id`. The names
    `state`, `inductive` and `global` that ROLL's help gives fail in the first step.
    """

    method: str = DEFAULT
    """`identity`, `mean`, `mean_std` or `asym_clip`; another name is taken for `identity`. `norm_mean_type` and
    `norm_std_type` win over it.
    """

    norm_mean_type: Literal["batch", "group"] | None = DEFAULT
    """Mean taken off each score: over all trajectories of the step (`batch`) or over its `grouping` (`group`)."""

    norm_std_type: Literal["batch", "group"] | None = DEFAULT
    """Standard deviation that each score is divided by, with the choices of `norm_mean_type`."""

    global_scale_factor: Float | None = DEFAULT
    """Nothing in ROLL reads it; scores are scaled by `method` only."""

    global_shift_value: Float | None = DEFAULT
    """Nothing in ROLL reads it; scores are shifted by `method` only."""


class EnvMonitorConfig(Section):
    """`env_monitor`: a watch on environments that no longer answer."""

    enable: bool = DEFAULT
    """Switches the watch on."""

    monitor_interval: Int = DEFAULT
    """Seconds between two looks at the environments."""

    hung_timeout: Int = DEFAULT
    """Seconds without progress after which an environment is reported as hung."""


class EnvManagerConfig(WorkerFields):
    """`train_env_manager`, `val_env_manager`: which environments run, how many, and in what groups.

    ROLL checks less here than on other workers: `device_mapping` is not evaluated, and `world_size` follows from the
    number of environments.
    """

    llm_proxy: LLMProxyConfig = DEFAULT
    """How the environments reach the model."""

    num_env_groups: Int = DEFAULT
    """Groups of environments that run at the same time. The environments of a group start from the same seed, which is
    what makes their trajectories comparable.
    """

    group_size: Int = DEFAULT
    """Environments per group. From ROLL 0.2.0 it must divide `rollout_batch_size` (training) or `val_batch_size`
    (validation), which is checked at load.
    """

    group_size_redundancy: Int = DEFAULT
    """Additional environments per group, so that a slow or broken one need not be waited for."""

    tags: list[Item[str]] = DEFAULT
    """Names of the environments to run, each a key of `custom_envs`; a name that is none stops the run at load."""

    num_groups_partition: list[Item[Int]] = DEFAULT
    """Groups of each of the `tags`, in their order; must add up to `num_env_groups`, or the run stops at load."""

    max_traj_per_env: Int = DEFAULT
    """Most trajectories that one environment plays per step; -1 leaves it to ROLL. Below `rollout_batch_size` /
    (`num_env_groups` x `group_size`), rounded up, the run stops at load.
    """

    format_penalty: Float = DEFAULT
    """Added to the reward of a turn whose answer is not in the form that the environment asks for; negative to punish.
    """

    max_env_num_per_worker: Int = DEFAULT
    """Most environments in one worker process; 0 puts all of them into one."""

    group_filter_cls: str = DEFAULT
    """Dotted path of a class that decides which groups of trajectories are trained on; imported only when the workers
    start.
    """


class AgenticRewardConfig(WorkerConfig):
    """`reward`: a model that scores trajectories, served to the environments."""

    release_class: ClassVar[str] = "agentic_config.RewardConfig"

    llm_proxy: LLMProxyConfig = DEFAULT
    """How the environments reach the reward model."""


class AgenticConfig(PPOConfig):
    """Config of `start_agentic_pipeline.py` and `start_agentic_rollout_pipeline.py`."""

    rollout_batch_size: Int = DEFAULT
    """Trajectories per step, of all training environments together. On Megatron it must be a multiple of the
    data-parallel size of `actor_train`.
    """

    custom_envs: dict[str, Any] = DEFAULT
    """Environments by name, which `tags` of the environment managers refer to; each has an `env_type`, an `env_config`,
    its templates and its limits.
    """

    train_env_manager: EnvManagerConfig = DEFAULT
    """Environments whose trajectories are trained on."""

    val_env_manager: EnvManagerConfig = DEFAULT
    """Environments of the validation. Configure it even without validation: its default tag is `SimpleSokoban`, which
    must then be one of `custom_envs`.
    """

    render_save_dir: str = DEFAULT
    """Directory for pictures of what the environments show; an explicit null is refused at load."""

    reward_normalization: RewardNormalizationConfig = DEFAULT
    """How the scores of trajectories are normalised before advantages are computed."""

    batch_adjust_mode: Literal["copy", "delete", "auto", "random_sample"] = DEFAULT
    """How a step's samples are made a multiple of the batch sizes: `copy` repeats random ones, `delete` drops some,
    `auto` takes whichever changes less, `random_sample` keeps one batch only. Copies count twice in the loss.
    """

    episode_reward_weight: Float = DEFAULT
    """Weight of a trajectory's reward in the advantage, with `adv_estimator: gigpo`."""

    step_reward_weight: Float = DEFAULT
    """Weight of a turn's own reward in the advantage, with `adv_estimator: gigpo`."""

    step_reward_gamma: Float = DEFAULT
    """Discount per turn for step rewards, 0 to 1, with `adv_estimator` `gigpo` or `step_reinforce`."""

    ratio_type: Literal["token", "segment"] = DEFAULT
    """Ratio between new and old policy: one per token, or one for all tokens of a turn (`segment`)."""

    reward: AgenticRewardConfig = DEFAULT
    """Workers that serve a reward model; where the section is there it needs `device_mapping`."""

    env_monitor: EnvMonitorConfig = DEFAULT
    """Watch on environments that no longer answer."""

    dirty_data_mask: bool = DEFAULT
    """Nothing in ROLL reads it."""

    open_feedback_turn: bool = DEFAULT
    """Nothing in ROLL reads it."""

    use_token_reward: bool = DEFAULT
    """Nothing in ROLL reads it."""

    exp_mode: str = DEFAULT
    """Kind of run, `train` by default. Before ROLL 0.3.0 nothing reads it."""

    partial_gpu_mode: bool = DEFAULT
    """Lets `actor_train` take some of the GPUs of `actor_infer` while the others go on generating. While it is on, ROLL
    checks how the roles overlap, after every model was loaded; `false` skips these checks.
    """

    parse_tool_call_parameter_to_dict: bool = DEFAULT
    """Turns the parameters of a tool call from text into a mapping before the environment gets them."""

    skip_mock_system_prompt: bool = DEFAULT
    """Leaves out the system prompt that chat templates put in by themselves when turns are tokenized one by one."""
