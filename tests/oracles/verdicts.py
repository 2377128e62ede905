"""Our verdict on a small config, and the list of which rule was shown by which library."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from roll_schema.rules import RULES
from roll_schema.source.diagnostic import Diagnostic
from tests.support import lint_text

Settings = dict[str, Any]

RELEASE = "0.2.1"
"""The last one with DeepSpeed."""

PASSES = 4
BATCH = {"train_micro_batch_size_per_gpu": 1, "train_batch_size": PASSES}
ZERO = {"zero_optimization": {"stage": 2}}
TARGET = "q_proj,v_proj"
BASE: Settings = {
    "exp_name": "oracle",
    "num_gpus_per_node": 2,
    "adv_estimator": "reinforce",
    "init_kl_coef": 0.0,
    "prompt_length": 64,
    "response_length": 64,
    "rollout_batch_size": 4,
    "num_return_sequences_in_group": 1,
    "actor_train": {
        "data_args": {"file_name": ["train.jsonl"], "domain_interleave_probs": {"judge": 1.0}},
        "training_args": {"per_device_train_batch_size": 1, "gradient_accumulation_steps": PASSES},
        "strategy_args": {"strategy_name": "deepspeed_train", "strategy_config": ZERO},
        "device_mapping": "[0]",
    },
    "actor_infer": {
        "generating_args": {"temperature": 1.0, "top_p": 1.0, "top_k": -1},
        "strategy_args": {"strategy_name": "vllm", "strategy_config": {}},
        "device_mapping": "[0]",
    },
    "rewards": {
        "judge": {
            "worker_cls": "roll.pipeline.rlvr.rewards.llm_judge_reward_worker.LLMJudgeRewardWorker",
            "judge_model_type": "inference",
            "model_args": {"model_name_or_path": "judge"},
            "strategy_args": {"strategy_name": "vllm", "strategy_config": {"load_format": "auto"}},
            "device_mapping": "[1]",
        }
    },
}
"""A config without an error, on two GPUs."""


def rollout(settings: Settings) -> Settings:
    """The change that gives vLLM a `strategy_config`."""
    return {"actor_infer": {"strategy_args": {"strategy_config": settings}}}


def trainer(settings: Settings) -> Settings:
    """The change that adds to DeepSpeed's `strategy_config`."""
    return {"actor_train": {"strategy_args": {"strategy_config": settings}}}


def adapter(trained: Settings, served: Settings | None = None) -> Settings:
    """The change that switches LoRA on, with further arguments for the trainer and the engine."""
    return {
        "actor_train": {"model_args": {"lora_target": TARGET, **trained}},
        "actor_infer": {"model_args": {"lora_target": TARGET, **(served or {})}},
    }


def diagnostics(changes: Settings, release: str) -> list[Diagnostic]:
    """What we say of the small config with changes."""
    text = json.dumps(merged(BASE, changes)).replace("Infinity", ".inf").replace("NaN", ".nan")
    return lint_text(text, release=release).diagnostics


def diagnosed(rule: str, changes: Settings, release: str = RELEASE) -> list[Diagnostic]:
    """What a rule says of the small config with changes."""
    return [item for item in diagnostics(changes, release) if item.rule == rule]


def said(rule: str, changes: Settings, release: str = RELEASE) -> str | None:
    """The severity at which a rule speaks of the small config with changes; None where it is silent."""
    return next((item.severity.value for item in diagnosed(rule, changes, release)), None)


def refusal(build: Callable[[], object]) -> str | None:
    """Why a library refuses to build an object; None where it builds it."""
    try:
        build()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


@dataclass(frozen=True, slots=True)
class Cases:
    """Settings that a library refuses, with a reason that mentions `about`, and neighbours that it accepts."""

    rule: str
    about: str
    refused: Sequence[Settings]
    accepted: Sequence[Settings]
    severity: str = ""


SHOWN: dict[tuple[str, str], list[int]] = {}
"""By rule and library object: the numbers of listed cases and of generated ones."""


def cases(by: str, tables: list[Cases]) -> list[Any]:
    """Every case of the tables as rule, settings, our severity and the refusal's subject (None and empty: accepted)."""
    rows: list[tuple[str, Settings, str | None, str]] = []
    for table in tables:
        assert table.refused, table.rule
        assert table.accepted, table.rule
        severity = table.severity or RULES[table.rule].severity.value
        rows += [(table.rule, settings, severity, table.about) for settings in table.refused]
        rows += [(table.rule, settings, None, "") for settings in table.accepted]
        shown(table.rule, by, listed=len(table.refused) + len(table.accepted))
    return [pytest.param(*row, id=f"{row[0]} {json.dumps(row[1])}") for row in rows]


def shown(rule: str, by: str, listed: int = 0, generated: int = 0) -> None:
    """Count cases in which a library's object decided about a rule."""
    counts = SHOWN.setdefault((rule, by), [0, 0])
    counts[0] += listed
    counts[1] += generated


def generated(*rules: str, by: str, examples: int = 200) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Have a test of generated cases count for rules."""
    for rule in rules:
        shown(rule, by, generated=examples)
    return hypothesis_settings(max_examples=examples)


def merged(base: Settings, changes: Settings) -> Settings:
    """The settings with changes; mappings in both are merged."""
    result = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        result[key] = merged(base[key], value) if both else value
    return result
