"""`router_replay`: training with the experts that the rollout chose."""

from typing import Literal

from roll_schema.models.section import DEFAULT, Section


class RouterReplayConfig(Section):
    """For mixture-of-experts models; set it alike on `actor_train` and `actor_infer`."""

    mode: Literal["disable", "R2", "R3"] = DEFAULT
    """`R3` replays the rollout's routing in training, with `megatron_train` and `sglang` only and without sequence
    packing; `R2` is refused at load.
    """
