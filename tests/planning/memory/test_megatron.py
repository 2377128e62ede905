"""Megatron's splits by hand-counted figures."""

from __future__ import annotations

from tests.planning.memory.configs import P, config, rows, training, weights


def test_megatron_splits_by_its_sizes() -> None:
    settings = "tensor_model_parallel_size: 2, pipeline_model_parallel_size: 2, use_distributed_optimizer: true"
    held = training(config("megatron_train", settings, gpus=8))
    assert (held["weights"], held["gradients"], held["optimizer states"]) == (2 * (P // 4), 4 * (P // 4), 12 * P // 8)
    held = training(config("megatron_train", "tensor_model_parallel_size: 2", gpus=8))
    assert held["optimizer states"] == 12 * (P // 2)


def test_megatron_splits_experts_by_their_own_sizes() -> None:
    def held(settings: str) -> int:
        of = config("megatron_train", settings, gpus=8, pretrain="Qwen/Qwen3-30B-A3B")
        assert weights(of).experts == 48 * 128 * 3 * 768 * 2048
        return training(of)["weights"]

    total, experts = 30_532_122_624, 48 * 128 * 3 * 768 * 2048
    sizes = "tensor_model_parallel_size: 2, expert_model_parallel_size: 4"
    assert held(sizes) == 2 * ((total - experts) // 2 + experts // 8)
    assert held(f"{sizes}, expert_tensor_parallel_size: 1") == 2 * ((total - experts) // 2 + experts // 4)


def test_megatron_offloads_optimizer_states() -> None:
    of = config("megatron_train", "optimizer_cpu_offload: true", gpus=8)
    assert {amount.what for amount in rows(of) if amount.host} == {"optimizer states"}
