"""GPUs and NPUs, and the machines that they may be in."""

from __future__ import annotations

from typing import NamedTuple

MIB = 1 << 20
GIB = 1 << 30


class Gpu(NamedTuple):
    """A kind of GPU; `memory` in bytes as nvidia-smi, npu-smi or rocm-smi print the total.

    `capability` is NVIDIA's compute capability, None for other makers.
    """

    name: str
    title: str
    memory: int
    capability: tuple[int, int] | None = None

    @property
    def predates_ampere(self) -> bool:
        """Whether it is one of NVIDIA's that has neither bf16 nor FlashAttention 2."""
        return self.capability is not None and self.capability < (8, 0)

    @property
    def shown_capability(self) -> str:
        return ".".join(map(str, self.capability or ()))


class Cluster(NamedTuple):
    """The machines that the user named."""

    nodes: int
    gpus_per_node: int


GPUS = {
    gpu.name: gpu
    for gpu in (
        Gpu("b200-180g", "NVIDIA B200", 183_359 * MIB, (10, 0)),
        Gpu("h200-141g", "NVIDIA H200", 143_771 * MIB, (9, 0)),
        Gpu("h100-80g", "NVIDIA H100 80 GB", 81_559 * MIB, (9, 0)),
        Gpu("h800-80g", "NVIDIA H800 80 GB", 81_559 * MIB, (9, 0)),
        Gpu("h20-96g", "NVIDIA H20", 97_871 * MIB, (9, 0)),
        Gpu("a100-80g", "NVIDIA A100 80 GB", 81_920 * MIB, (8, 0)),
        Gpu("a800-80g", "NVIDIA A800 80 GB", 81_920 * MIB, (8, 0)),
        Gpu("a100-40g", "NVIDIA A100 40 GB", 40_960 * MIB, (8, 0)),
        Gpu("l40s-48g", "NVIDIA L40S", 46_068 * MIB, (8, 9)),
        Gpu("4090-24g", "NVIDIA GeForce RTX 4090", 24_564 * MIB, (8, 9)),
        Gpu("a10-24g", "NVIDIA A10", 23_028 * MIB, (8, 6)),
        Gpu("v100-32g", "NVIDIA V100 32 GB", 32_768 * MIB, (7, 0)),
        Gpu("t4-16g", "NVIDIA T4", 15_360 * MIB, (7, 5)),
        Gpu("mi300x-192g", "AMD MI300X", 192 * GIB),
        Gpu("910b-64g", "Ascend 910B", 64 * GIB),
    )
}
"""The kinds that `--gpu` takes, by name."""
