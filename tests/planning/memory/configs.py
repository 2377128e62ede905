"""Configs of one trainer and one engine, whose memory is counted by hand in the tests here."""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.facts import releases
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.planning import memory, workers
from roll_schema.planning.memory.common import Amount, Weights
from roll_schema.planning.memory.weights import weights_of
from tests.support import lint_text

P = 7_615_616_512
"""The parameters of Qwen2.5-7B."""

HALF = "bf16: {enabled: true}"
CONFIG = """\
pretrain: {pretrain}
prompt_length: 1000
response_length: 1000
actor_train:
  model_args: {{dtype: bf16, {model}}}
  training_args: {{per_device_train_batch_size: 1, gradient_accumulation_steps: {passes}}}
  strategy_args: {{strategy_name: {strategy}, strategy_config: {{{settings}}}}}
  device_mapping: list(range(0,{gpus}))
actor_infer:
  model_args: {{dtype: bf16, {model}}}
  strategy_args: {{strategy_name: vllm, strategy_config: {{gpu_memory_utilization: 0.5, {engine}}}}}
  device_mapping: list(range(0,{gpus}))
"""


def config(
    strategy: str = "deepspeed_train",
    settings: str = "",
    model: str = "",
    engine: str = "",
    gpus: int = 4,
    passes: int = 2,
    pretrain: str = "Qwen/Qwen2.5-7B",
) -> PPOConfig:
    text = CONFIG.format(
        pretrain=pretrain,
        strategy=strategy,
        settings=settings,
        model=model,
        engine=engine,
        gpus=gpus,
        passes=passes,
    )
    found = lint_text(text, release="0.2.1").config
    assert isinstance(found, PPOConfig)
    return found


def weights(of: PPOConfig) -> Weights:
    return weights_of(of.actor_train, workers.model_modules(of, "actor_train")[1], trains=True)


def rows(of: PPOConfig, release: str = "0.2.1") -> Iterator[Amount]:
    return memory.training(of, of.actor_train, weights(of), releases.load(release))


def training(of: PPOConfig) -> dict[str, int]:
    return {amount.what: amount.bytes for amount in rows(of)}
