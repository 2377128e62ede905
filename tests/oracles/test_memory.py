"""Real DeepSpeed engines and vLLM's own cache figures agree with the estimate of memory."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from roll_schema.facts import releases
from roll_schema.facts.catalog.checkpoint import Checkpoint
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Settings
from roll_schema.planning import memory
from roll_schema.planning.memory import vllm
from roll_schema.planning.memory.common import Weights
from roll_schema.planning.memory.weights import weights_of
from tests.patience import PATIENCE
from tests.support import lint_text

pytestmark = pytest.mark.oracle

RANKS = 2
TINY = {
    "vocab_size": 1000,
    "hidden_size": 256,
    "intermediate_size": 512,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "tie_word_embeddings": False,
}
SIZES = {"hidden": 256, "layers": 4, "heads": 4, "kv_heads": 2, "intermediate": 512, "vocab": 1000, "positions": 32768}
BUCKET = 1000


def measured(folder: Path, stage: int, rank: int, passes: int) -> dict[str, int]:
    """Bytes of all tensors of one rank of a real engine, at rest and behind the backward pass."""
    job = {
        "stage": stage,
        "lora": rank,
        "passes": passes,
        "store": str(folder / "store"),
        "out": str(folder / "out.json"),
    }
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run(
        [sys.executable, "-m", "tests.oracles.test_memory", json.dumps(job)],
        check=True,
        env=environment,
        timeout=PATIENCE,
    )
    return json.loads((folder / "out.json").read_text(encoding="utf-8"))


def estimated(stage: int, rank: int, passes: int, trained: int) -> dict[str, int]:
    adapter = f"lora_target: all-linear, lora_rank: {rank}" if rank else ""
    text = f"""\
prompt_length: 8
response_length: 8
actor_train:
  model_args: {{dtype: bf16, {adapter}}}
  training_args: {{per_device_train_batch_size: 1, gradient_accumulation_steps: {passes}}}
  strategy_args:
    strategy_name: deepspeed_train
    strategy_config: {{bf16: {{enabled: true}}, zero_optimization: {{stage: {stage}}}}}
  device_mapping: list(range(0,{RANKS}))
"""
    config = lint_text(text).config
    assert isinstance(config, PPOConfig)
    known = Checkpoint("qwen2", SIZES, "here", tied=False)
    weights = weights_of(config.actor_train, known, trains=True)
    assert weights.trained == trained
    return {
        amount.what: amount.bytes
        for amount in memory.training(config, config.actor_train, weights, releases.load("0.2.1"))
        if not amount.bound
    }


@pytest.mark.parametrize(("stage", "passes"), [(0, 1), (1, 1), (1, 2), (2, 2), (3, 1)])
@pytest.mark.parametrize("rank", [0, 16], ids=["all weights", "LoRA"])
def test_a_zero_engine_holds_what_is_estimated(tmp_path: Path, stage: int, passes: int, rank: int) -> None:
    real = measured(tmp_path, stage, rank, passes)
    held = estimated(stage, rank, passes, real["trained"])
    gradients = held.pop("gradients")
    at_rest = sum(held.values())
    if stage == 3:  # the partition of gradients is allocated once and stays
        at_rest += gradients
        gradients = 0
    assert real["rest"] == pytest.approx(at_rest, rel=0.02)
    assert real["backward"] - real["rest"] == pytest.approx(gradients, rel=0.02, abs=4 * BUCKET + 150_000)


@pytest.mark.parametrize("tensor", [1, 2])
@pytest.mark.parametrize(("layers", "heads", "kv_heads", "hidden"), [(4, 4, 2, 256), (2, 8, 8, 512), (6, 4, 1, 256)])
def test_the_kv_cache_of_a_token_is_as_vllm_computes_it(
    tmp_path: Path, tensor: int, layers: int, heads: int, kv_heads: int, hidden: int
) -> None:
    from vllm import EngineArgs
    from vllm.v1.kv_cache_interface import FullAttentionSpec

    config = TINY | {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "hidden_size": hidden,
        "torch_dtype": "bfloat16",
    }
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    engine = EngineArgs(model=str(tmp_path), dtype="bfloat16").create_engine_config()
    engine.parallel_config.tensor_parallel_size = tensor
    model, block = engine.model_config, 128
    spec = FullAttentionSpec(
        block_size=block,
        num_kv_heads=model.get_num_kv_heads(engine.parallel_config),
        head_size=model.get_head_size(),
        dtype=model.dtype,
    )
    theirs = spec.page_size_bytes * model.get_num_layers(engine.parallel_config) / block
    sizes = {**SIZES, "layers": layers, "heads": heads, "kv_heads": kv_heads, "hidden": hidden}
    weights = Weights(Checkpoint("qwen2", sizes, "here", tied=False), 0, 0, 0, 2)
    assert vllm.kv_bytes_per_token(weights, Settings(), tensor, 1) == theirs


def main(job: dict[str, Any]) -> None:
    """Run the ranks of one engine, each a process."""
    import torch.multiprocessing

    torch.multiprocessing.spawn(_rank, (job,), nprocs=RANKS)


def _rank(rank: int, job: dict[str, Any]) -> None:
    import deepspeed
    import peft
    import torch
    import transformers
    from roll_runtime import helpers

    helpers.use()
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(RANKS), "LOCAL_RANK": str(rank)}
    store = torch.distributed.FileStore(job["store"], RANKS)
    torch.distributed.init_process_group("gloo", store=store, rank=rank, world_size=RANKS)
    deepspeed.init_distributed("gloo")
    model: Any = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**TINY)).to(torch.bfloat16)
    if job["lora"]:
        adapter = peft.LoraConfig(r=job["lora"], target_modules="all-linear")
        model = peft.get_peft_model(model, adapter, autocast_adapter_dtype=False)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    config = {
        "train_micro_batch_size_per_gpu": 1,
        "gradient_accumulation_steps": job["passes"],
        "bf16": {"enabled": True},
        "zero_optimization": {
            "stage": job["stage"],
            "reduce_bucket_size": BUCKET,
            "stage3_param_persistence_threshold": 0,
        },
    }
    found = {"trained": sum(weight.numel() for weight in trained)}
    engine, *_ = deepspeed.initialize(model=model, optimizer=torch.optim.AdamW(trained), config=config)
    tokens = torch.arange(16).reshape(1, 16)
    # The first optimizer step makes the moments; the next step's passes are then measured.
    for step in range(2 * job["passes"]):
        engine.backward(engine(input_ids=tokens, labels=tokens).loss)
        if step == job["passes"]:
            found["backward"] = _bytes()
        engine.step()
        if step == job["passes"] - 1:
            found["rest"] = _bytes()
    if rank == 0:
        Path(job["out"]).write_text(json.dumps(found), encoding="utf-8")
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()
    # Threads of gloo and DeepSpeed that still run abort the process now and then while Python takes itself down.
    os._exit(0)


def _bytes() -> int:
    """Bytes of every tensor there is, storages that several share counted once."""
    import torch

    gc.collect()
    tensors = [thing for thing in gc.get_objects() if isinstance(thing, torch.Tensor)]
    tensors += [tensor.grad for tensor in tensors if tensor.is_leaf and tensor.grad is not None]
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}
    storages.pop(0, None)
    return sum(storages.values())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
