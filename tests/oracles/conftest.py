"""Fixtures for asking real libraries; without the libraries their tests are skipped unless ROLL_ENGINES is set."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.oracles.verdicts import BATCH, ZERO, Settings, merged, refusal, said

LIBRARIES = ("torch", "transformers", "peft", "deepspeed", "vllm")
MISSING = [name for name in LIBRARIES if find_spec(name) is None]
QUIET = {"VLLM_LOGGING_LEVEL": "CRITICAL", "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}

POSITIONS, HEADS = 512, 12
MODEL = {
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "vocab_size": 128,
    "hidden_size": 96,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": HEADS,
    "num_key_value_heads": HEADS,
    "max_position_embeddings": POSITIONS,
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    if MISSING and "ROLL_ENGINES" not in os.environ and item.get_closest_marker("oracle"):
        pytest.skip(f"not installed: {', '.join(MISSING)}")


@pytest.fixture(scope="session", autouse=True)
def quiet() -> Iterator[None]:
    """Have the libraries say little, download nothing and use no GPU."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny model, under a name that tells its family."""
    folder = tmp_path_factory.mktemp("models") / "Qwen2-0.5B"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(MODEL), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def ours(model: Path) -> Callable[..., str | None]:
    """Our verdict: at which severity a rule speaks of the small config with changes."""

    def verdict(rule: str, changes: Settings, **options: Any) -> str | None:
        return said(rule, {"pretrain": str(model), **changes}, **options)

    return verdict


@pytest.fixture(scope="session")
def engine_args(model: Path) -> Callable[[Settings], str | None]:
    """vLLM's verdict on a `strategy_config`: why it refuses to make an engine's config of it."""
    from vllm import EngineArgs

    return lambda settings: refusal(lambda: EngineArgs(model=str(model), **settings).create_engine_config())


@pytest.fixture(scope="session")
def deepspeed_config() -> Callable[[Settings], Any]:
    """DeepSpeed's config of a `strategy_config` that is added to the small config's, with the batch from ROLL."""
    from deepspeed.runtime.config import DeepSpeedConfig

    return lambda settings: DeepSpeedConfig({**merged(ZERO, settings), **BATCH})
