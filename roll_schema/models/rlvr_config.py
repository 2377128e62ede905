"""The whole config of the RLVR pipelines: reinforcement learning with verifiable rewards."""

from typing import Literal

from roll_schema.models.dataset_filter import DatasetFilterConfig
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.reward_config import RewardConfig
from roll_schema.models.section import DEFAULT, Float, Int, Item
from roll_schema.models.worker_config import WorkerConfig


class RLVRConfig(PPOConfig):
    """Config of `start_rlvr_pipeline.py` and its vision-language variants."""

    global_template: str = DEFAULT
    """Chat template for all prompts; wins over `data_args.template` of `actor_train`, which takes the same names. Leave
    it out to use that one.
    """

    dataset_filter: DatasetFilterConfig = DEFAULT
    """Nothing in ROLL reads it: the data set is not filtered by it."""

    num_return_sequences_in_group: Int = DEFAULT
    """Samples per prompt. It overwrites `generating_args.num_return_sequences` of `actor_infer`; `grpo` and
    `norm_std_type: group` need more than 1, or the loss becomes NaN.
    """

    save_logging_board_dir: str = DEFAULT
    """Directory for a JSON Lines record of each sample with its log-probabilities and rewards. Needs
    `enable_old_logprobs_recompute`, or the first step fails; end it with `/`, since ROLL joins the file name without
    one.
    """

    validation: WorkerConfig = DEFAULT
    """What is validated every `eval_steps` steps: `data_args.file_name` names the rows, `generating_args` (required)
    says how to sample. `actor_infer` generates the answers; left out, there is no validation.
    """

    rewards: dict[str, Item[RewardConfig]] | None = DEFAULT
    """Reward workers by domain; the keys are the domains that `domain_interleave_probs` mixes, and `tag_included` says
    which rows belong to which. A domain missing from `domain_interleave_probs` is not trained on; null stops the run at
    load.
    """

    difficulty_loss_weight: bool = DEFAULT
    """Weighs samples in the loss by the `difficulty` column of the data, which is cut to 0..1: the hardest count four
    times as much as the easiest. The weights are relative within a micro-batch, so `per_device_train_batch_size: 1`
    leaves nothing of them, nor does a missing column.
    """

    length_loss_weight: bool = DEFAULT
    """Weighs samples in the loss by length: the shortest answer of a micro-batch counts three times as much as the
    longest. With `per_device_train_batch_size: 1` it does nothing.
    """

    postive_loss_coef: Float = DEFAULT
    """Weight of an additional loss that raises the probability of samples with a score above 0. ROLL misspells the
    name: `positive_loss_coef` is ignored without a message.
    """

    use_topr_neg_loss_coef: Float = DEFAULT
    """Weight of an additional loss on samples with a score of 0 or below, with the importance ratio cut to 0..1 as in
    TOPR. It takes effect only above 0.
    """

    use_policy_loss_type: Literal["PPO", "PG"] = DEFAULT
    """Nothing in ROLL reads it. Another policy loss is chosen by `pg_variant` of `actor_train`."""

    use_topr_loss: bool = DEFAULT
    """Nothing in ROLL reads it. TOPR is `pg_variant: topr` of `actor_train`, with `ActorPGWorker` as its
    `worker_cls`.
    """

    rl_loss_coef: Float = DEFAULT
    """Weight of the policy loss and its KL term, against the entropy bonus and the losses of `postive_loss_coef` and
    `use_topr_neg_loss_coef`.
    """

    importance_sampling: Literal["token", "seq"] = DEFAULT
    """Ratio between new and old policy: one per token, or one per sample (`seq`), which is the geometric mean of its
    tokens' ratios as in GSPO.
    """

    use_rollout_importance_sampling_ratio: bool = DEFAULT
    """Multiplies the policy loss by how much more likely the trainer finds a token than the rollout engine did, to
    correct for differences between the two.
    """

    rollout_importance_sampling_ratio_upper_bound: Float = DEFAULT
    """Largest factor that `use_rollout_importance_sampling_ratio` multiplies a token's loss by."""

    train_infer_ratio_mask: bool = DEFAULT
    """Leaves tokens out of the loss whose probability in training, divided by that in the rollout, lies outside
    `train_infer_ratio_threshold_low` .. `train_infer_ratio_threshold_high`.
    """

    train_infer_ratio_threshold_low: Float = DEFAULT
    """Smallest ratio of training to rollout probability that `train_infer_ratio_mask` lets through."""

    train_infer_ratio_threshold_high: Float = DEFAULT
    """Largest ratio of training to rollout probability that `train_infer_ratio_mask` lets through."""

    train_infer_diff_mask: bool = DEFAULT
    """Leaves tokens out of the loss whose probability in training, less that in the rollout, lies outside
    `train_infer_diff_threshold_low` .. `train_infer_diff_threshold_high`.
    """

    train_infer_diff_threshold_low: Float = DEFAULT
    """Smallest difference, training less rollout probability (-1 to 1), that `train_infer_diff_mask` lets through."""

    train_infer_diff_threshold_high: Float = DEFAULT
    """Largest difference, training less rollout probability (-1 to 1), that `train_infer_diff_mask` lets through."""

    train_infer_ratio_seq_mask: bool = DEFAULT
    """Like `train_infer_ratio_mask` for whole samples: goes by the geometric mean of a sample's token ratios and leaves
    all of its tokens out.
    """

    train_infer_ratio_seq_threshold_low: Float = DEFAULT
    """Smallest mean ratio of training to rollout probability that `train_infer_ratio_seq_mask` lets through."""

    train_infer_ratio_seq_threshold_high: Float = DEFAULT
    """Largest mean ratio of training to rollout probability that `train_infer_ratio_seq_mask` lets through."""

    train_infer_diff_seq_mask: bool = DEFAULT
    """Like `train_infer_diff_mask` for whole samples: goes by the mean of a sample's token differences and leaves all
    of its tokens out.
    """

    train_infer_diff_seq_threshold_low: Float = DEFAULT
    """Smallest mean difference, training less rollout probability, that `train_infer_diff_seq_mask` lets through."""

    train_infer_diff_seq_threshold_high: Float = DEFAULT
    """Largest mean difference, training less rollout probability, that `train_infer_diff_seq_mask` lets through."""

    val_greedy: bool = DEFAULT
    """Nothing in ROLL reads it; for greedy validation set `temperature: 0` in `validation.generating_args`."""

    val_n_sample: Int = DEFAULT
    """Nothing in ROLL reads it; validation samples as its `generating_args` say."""

    max_len_mask: bool = DEFAULT
    """Leaves samples out of the loss whose answer fills all the room there is, as one that was cut off does."""

    mask_type: Literal["all", "loss"] = DEFAULT
    """Nothing in ROLL reads it."""

    difficulty_mask: bool = DEFAULT
    """Leaves all samples of a prompt out of the loss unless their mean score lies between `difficulty_low_threshold`
    and `difficulty_high_threshold`. With one sample per prompt it does nothing.
    """

    balance_length: bool = DEFAULT
    """Nothing in ROLL reads it."""

    minibatch_data_iter_num: Int = DEFAULT
    """Nothing in ROLL reads it; `ppo_epochs` sets the passes over the samples."""

    difficulty_low_threshold: Float = DEFAULT
    """With `difficulty_mask`, prompts with this mean score or a lower one are left out as too hard."""

    difficulty_high_threshold: Float = DEFAULT
    """With `difficulty_mask`, prompts with this mean score or a higher one are left out as too easy."""

    error_max_len_clip: bool = DEFAULT
    """Leaves wrong answers (score 0) of `error_max_len_threshold` tokens or more out of the loss. Only scores of
    exactly 0 and 1 are meant: samples with any other score are left out too.
    """

    error_max_len_threshold: Int = DEFAULT
    """Tokens from which `error_max_len_clip` leaves a wrong answer out; lower leaves out more."""

    tag_to_template: dict[str, Item[str]] = DEFAULT
    """Chat template of the rows with a tag, for tags that need another than the rest; an unknown template is refused at
    load.
    """

    reward_model: WorkerConfig | None = DEFAULT
    """A judge model that reward workers share; needs a `name`, `device_mapping` and `load_format: auto`, since weights
    are never sent to it.
    """
