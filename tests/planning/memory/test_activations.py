"""What a micro-batch holds, by hand-counted figures."""

from __future__ import annotations

import pytest

from roll_schema.planning import memory
from roll_schema.planning.memory import activations
from tests.planning.memory.configs import config, weights


def test_dynamic_batching_bounds_the_tokens_of_a_pass() -> None:
    of = config("megatron_train", gpus=8)
    worker = of.actor_train.model_copy(
        update={"use_dynamic_batching_in_train": True, "max_tokens_per_microbatch_in_train": 4096}
    )
    rows = {amount.what: amount for amount in activations.training(of, worker, weights(of))}
    assert rows["logits"].bytes == 10 * 4096 * 152_064
    assert "max_tokens_per_microbatch_in_train" in rows["activations"].formula


@pytest.mark.parametrize(
    ("strategy", "settings", "expected"),
    [
        ("deepspeed_train", "", 2 + 4),
        ("fsdp2_train", "param_dtype: fp32", 4 + 4),
        ("megatron_train", "tensor_model_parallel_size: 2, context_parallel_size: 2", (2 + 4) / 4),
    ],
)
def test_the_logits_of_a_forward_pass_have_a_copy_in_fp32(strategy: str, settings: str, expected: float) -> None:
    of = config(strategy, settings, gpus=8)
    *_, logits = memory.forward(of, of.actor_train, weights(of))
    assert logits.bytes == expected * of.actor_train.infer_batch_size * 2000 * 152_064
