"""
A setting that roll-run's own engine does not go by.

It would run, but not as the config says; so it refuses.

    async_generation_ratio: 1   # error: [feature-not-covered]
    actor_train:
      model_args: {ulysses_size: 2}   # error: [feature-not-covered]
      use_dynamic_batching_in_train: true   # error: [feature-not-covered]

Leave it out, or start the config with `--engine roll`:

    async_generation_ratio: 0
    actor_train:
      model_args: {ulysses_size: 1}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig
    from roll_schema.models.rlvr_config import RLVRConfig


NOT_COVERED: dict[str, tuple[object, ...]] = {
    "async_generation_ratio": (0, None),
    "is_use_additional_prompts": (False, None),
    "user_defined_rollout_loop_cls": (None,),
    "use_reward_scaling": (False, None),
    "norm_mean_type": ("batch", "group", None),
    "norm_std_type": ("batch", "group", None),
    "kl_penalty": ("kl", "abs", "mse"),
    "is_pure_opd": (False, None),
    "use_opd": (False, None),
    "reward_model": (None,),
    "actor_train.pg_variant": (None,),
    "actor_train.model_args.ulysses_size": (1, 0, None),
    "actor_train.model_args.freeze_module_prefix": (None,),
    "actor_train.model_args.model_type": (None,),
    "actor_train.use_dynamic_batching_in_train": (False, None),
    "actor_train.use_sequence_packing": (False, None),
    "actor_infer.generating_args.num_beams": (1, None),
}
"""Settings by their place, with the values that the engine goes by."""

NOT_COVERED_OF_REWARDS: dict[str, tuple[object, ...]] = {
    "response_length_penalty_coef": (0, None),
    "use_local": (True, None),
}
"""The same for the settings of every reward."""


@rule(Severity.ERROR)
def feature_not_covered(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    of_rewards = {
        f"rewards.{domain}.{key}": covered
        for domain in config.rewards or {}
        for key, covered in NOT_COVERED_OF_REWARDS.items()
    }

    def feature(place: str, covered: tuple[object, ...]) -> Iterator[Problem]:
        value = context.written(place)
        if context.is_set(place) and value not in covered:
            yield Problem(
                place,
                f"roll-run's own engine does not go by `{place.rpartition('.')[2]}: {shown(value)}`",
                "Leave it out, or start it with `--engine roll`.",
            )

    def reward(domain: str, section: RewardConfig) -> Iterator[Problem]:
        chosen = section.query_filter_config
        if chosen is not None and chosen.type not in (None, "no_filter"):
            place = f"rewards.{domain}.query_filter_config"
            yield Problem(place, f"roll-run's own engine does not filter prompts by `{chosen.type}`", "Leave it out.")

    yield from each((NOT_COVERED | of_rewards).items(), feature)
    yield from each((config.rewards or {}).items(), reward)
