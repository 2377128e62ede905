"""Keys of the pipelines that train a policy on rewards: the roles, the advantages and the loss."""

from typing import Literal

from roll_schema.models.base_config import BaseConfig
from roll_schema.models.section import DEFAULT, Float, Int
from roll_schema.models.train_infer_correction import TrainInferCorrectionConfig
from roll_schema.models.worker_config import Teachers, WorkerConfig


class PPOConfig(BaseConfig):
    """Roles and algorithm of reinforcement learning, shared by RLVR and the agentic pipelines."""

    pretrain: str = DEFAULT
    """Directory or hub id of the model to start from. It replaces the model paths of `actor_train`, `actor_infer` and
    `reference`, all three, as soon as one of them has no `model_name_or_path`.
    """

    reward_pretrain: str = DEFAULT
    """Directory or hub id of the model that `critic` starts from where it has no `model_name_or_path`; `adv_estimator:
    gae` needs one of the two. Reward workers do not read it: configs hand it to them as `${reward_pretrain}`.
    """

    actor_train: WorkerConfig = DEFAULT
    """Workers that train the policy. Their `data_args` name the training data, and their `model_update_frequency` sets
    how often `actor_infer` gets new weights.
    """

    actor_infer: WorkerConfig = DEFAULT
    """Workers that generate the rollouts, with weights sent over from `actor_train`; `generating_args` is required. On
    GPUs shared with training, vLLM and SGLang make room only if `actor_train` has all of their GPUs.
    """

    critic: WorkerConfig = DEFAULT
    """Workers that train the value model. Used with `adv_estimator: gae` only, which needs `device_mapping`,
    `model_type` `trl` or `auto_token_classification`, and another strategy than Megatron; ignored otherwise.
    """

    reference: WorkerConfig = DEFAULT
    """Workers with the frozen model that KL is measured against, used where `enable_reference` ends up on. Not built
    when `actor_train` has a `lora_target`: its base model with the adapter switched off stands in, and the section goes
    unused without a message.
    """

    ppo_epochs: Int = DEFAULT
    """Training passes over each step's samples. More than 1 gets more updates out of a rollout, the later ones on
    samples of an older policy.
    """

    max_grad_norm: Float = DEFAULT
    """Gradients with a larger norm are scaled down to it. It overwrites `max_grad_norm` (Megatron) and
    `gradient_clipping` (DeepSpeed) in `strategy_config`.
    """

    l2: Float = DEFAULT
    """Nothing in ROLL reads it; `training_args.weight_decay` is what shrinks weights."""

    lambd: Float = DEFAULT
    """GAE's lambda, 0 to 1: lower trusts the critic more, higher the observed rewards. Matters with `adv_estimator:
    gae` only.
    """

    gamma: Float = DEFAULT
    """Discount per token, 0 to 1. Below 1, a reward at the end counts the less for a token the earlier it stands in the
    answer.
    """

    pg_clip: Float | None = DEFAULT
    """The ratio between new and old policy is clipped to 1 - `pg_clip` .. 1 + `pg_clip`; lower makes updates more
    cautious. With `use_pg_clip_range` only the bound of `dual_clip_loss` still goes by it.
    """

    use_pg_clip_range: bool = DEFAULT
    """Clips the policy ratio to 1 - `pg_clip_low` .. 1 + `pg_clip_high` instead of by `pg_clip` on both sides."""

    pg_clip_low: Float | None = DEFAULT
    """How far below 1 the policy ratio may fall; read only with `use_pg_clip_range`."""

    pg_clip_high: Float | None = DEFAULT
    """How far above 1 the policy ratio may rise; read only with `use_pg_clip_range`. Larger than `pg_clip_low`, it lets
    unlikely tokens gain probability faster.
    """

    value_clip: Float | None = DEFAULT
    """How far the critic's values may move away from those at rollout time within its loss; left out, they are not
    clipped. Matters with `adv_estimator: gae` only.
    """

    kl_penalty: Literal["kl", "abs", "mse", "full"] = DEFAULT
    """Estimate of the KL per token for `add_token_level_kl` and the logged KL: `kl` the log ratio to the reference,
    `abs` its absolute value, `mse` half its square; `full` fails in the first step. The loss of `use_kl_loss` does not
    go by it.
    """

    target_kl: Float | None = DEFAULT
    """KL that the coefficient of `add_token_level_kl` is steered towards, starting at `init_kl_coef`. Left out, the
    coefficient stays as it is; without `add_token_level_kl` it does nothing.
    """

    init_kl_coef: Float = DEFAULT
    """Coefficient of the KL that `add_token_level_kl` takes off the rewards; with `target_kl`, the first one. Above 0
    it switches `enable_reference` on even where no KL is used: write 0 there to save the reference model and a forward
    pass per step.
    """

    kl_horizon: Int = DEFAULT
    """Samples over which `target_kl` adapts the coefficient; higher adapts more slowly."""

    use_reward_scaling: bool = DEFAULT
    """Divides rewards by their running standard deviation. `norm_mean_type` and `norm_std_type` are what RLVR's reward
    step normalises by.
    """

    add_len_reward: bool = DEFAULT
    """Nothing in ROLL reads it."""

    reward_clip: Float = DEFAULT
    """Clamps a sample's normalised reward, and then the reward of each token, to +- the value. 0 switches it off, as
    does leaving it out; an explicit null is refused at load.
    """

    use_reward_norm: bool = DEFAULT
    """Centres rewards on their running mean as well; applies only together with `use_reward_scaling`."""

    whiten_rewards: bool = DEFAULT
    """Brings the token rewards of a domain to mean 0 and variance 1 before advantages are computed."""

    whiten_advantages: bool = DEFAULT
    """Brings the advantages of a domain's tokens to mean 0 and variance 1, before `advantage_clip`."""

    advantage_clip: Float = DEFAULT
    """Clamps advantages to +- the value. 0 turns every advantage into 0, so that nothing is learned; leave it out to
    switch it off, an explicit null is refused at load.
    """

    adv_estimator: Literal["gae", "reinforce", "grpo", "gigpo", "step_reinforce", "agentic_reinforce"] = DEFAULT
    """How rewards become advantages: `gae` trains a critic, `reinforce` takes the discounted return, `grpo` does too
    and forces `norm_mean_type` and `norm_std_type` to `group`. The rest is agentic: in RLVR `gigpo` and
    `step_reinforce` act like `reinforce`, and `agentic_reinforce` fails in the first step.
    """

    norm_mean_type: Literal["batch", "group", "running"] | None = DEFAULT
    """Mean taken off a sample's reward: over the step's samples of its domain (`batch`) or of its prompt (`group`,
    which with one sample per prompt makes every reward 0); null takes nothing off. `running` fails in RLVR's first
    step; `adv_estimator: grpo` forces `group`.
    """

    norm_std_type: Literal["batch", "group", "running"] | None = DEFAULT
    """Standard deviation that a sample's reward is divided by, with the choices of `norm_mean_type`. `group` needs
    `norm_mean_type: group` and more than one sample per prompt: with one, rewards and loss become NaN.
    """

    add_token_level_kl: bool = DEFAULT
    """Takes the KL to the reference, times `init_kl_coef`, off the reward of each token. With `init_kl_coef: 0` it does
    nothing.
    """

    critic_warmup: Int = DEFAULT
    """Steps at the start in which only the critic is trained. Without a critic (any `adv_estimator` but `gae`) the
    policy still sits these steps out, so they train nothing.
    """

    use_kl_loss: bool = DEFAULT
    """Adds the KL to the reference, times `kl_loss_coef`, to the policy loss, and switches `enable_reference` on. With
    `kl_loss_coef: 0` it only costs time.
    """

    kl_loss_coef: Float = DEFAULT
    """Weight of the KL in the policy loss; higher keeps the policy closer to the reference. Ignored without
    `use_kl_loss`.
    """

    entropy_loss_coef: Float = DEFAULT
    """Weight of an entropy bonus in the policy loss; higher keeps answers more varied. It takes effect only above 0."""

    loss_agg_mode: Literal["token-mean", "seq-mean-token-sum", "seq-mean-token-mean", "seq-mean-token-sum-norm"] = (
        DEFAULT
    )
    """How token losses become one number. `token-mean` weighs all tokens of a batch alike; `seq-mean-token-mean` weighs
    samples alike, however long; `seq-mean-token-sum` lets long samples count more, and `seq-mean-token-sum-norm`
    divides the sums by the padded length instead of the number of samples.
    """

    dual_clip_loss: bool = DEFAULT
    """Bounds the loss of tokens with negative advantage whose policy ratio has grown far above 1; the bound is a ratio
    of 1 + 2 x `pg_clip`.
    """

    enable_reference: bool = DEFAULT
    """Computes the reference's log-probabilities each step. ROLL switches it on by itself with `use_kl_loss` or
    `init_kl_coef` above 0; `reference` then needs `device_mapping` or `world_size`, unless `actor_train` uses LoRA.
    """

    enable_old_logprobs_recompute: bool = DEFAULT
    """Computes the log-probabilities of the rollouts with `actor_train` before training, at the cost of a forward pass
    per step. ROLL switches it on by itself where a rank makes more than one optimizer step per batch.
    """

    force_disable_old_logprobs_recompute: bool = DEFAULT
    """Keeps `enable_old_logprobs_recompute` off, also where ROLL would switch it on by itself."""

    reward_norm: Literal["batch", "group", "running"] | None = DEFAULT
    """What rewards are normalised over. ROLL 0.1.0 only: from 0.1.1 `norm_mean_type` and `norm_std_type` say it."""

    reward_shift: bool = DEFAULT
    """Takes the mean off rewards. ROLL 0.1.0 only: from 0.1.1 `norm_mean_type` says it."""

    reward_scale: bool = DEFAULT
    """Divides rewards by their standard deviation. ROLL 0.1.0 only: from 0.1.1 `norm_std_type` says it."""

    reward: WorkerConfig = DEFAULT
    """Workers of a reward model that environments ask; read by the agentic pipelines."""

    train_infer_correction: TrainInferCorrectionConfig = DEFAULT
    """What is done about the trainer and the rollout engine disagreeing on probabilities."""

    pure_opd_pipeline_type: Literal["rlvr", "agentic"] = DEFAULT
    """Pipeline that `start_onpolicy_distill_pipeline.py` starts: prompts from a data set, or environments."""

    teacher: Teachers = DEFAULT
    """Workers of the model to learn from, in on-policy distillation. From ROLL 0.3.0 it may also be a mapping of named
    teachers, each for the tags in its `tag_included`: a section that holds only sections is taken as one.
    """

    student_train: WorkerConfig = DEFAULT
    """Workers that train the student; with `is_pure_opd` they replace `actor_train`."""

    student_infer: WorkerConfig = DEFAULT
    """Workers that generate the student's answers; with `is_pure_opd` they replace `actor_infer`."""

    is_pure_opd: bool = DEFAULT
    """Learns from the teacher alone: rewards do not count, `gamma`, `adv_estimator` and the KL settings are rewritten,
    and `student_train`, `student_infer` and `teacher` take the places of the usual roles.
    """

    use_opd: bool = DEFAULT
    """Learns from rewards and from a teacher; `reference` must then not be configured."""

    opd_kl_coef: Float = DEFAULT
    """Weight of the teacher's signal. ROLL 0.2.1 only: from 0.3.0 each teacher has its own."""
