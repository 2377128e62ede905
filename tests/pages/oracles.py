"""Which rule was shown by which object of a library."""

from __future__ import annotations

from roll_schema.rules import RULES
from tests.oracles import test_catalog, test_deepspeed, test_peft, test_vllm
from tests.oracles.verdicts import SHOWN

MODULES = (test_vllm, test_deepspeed, test_peft, test_catalog)
"""The tests that fill the list of what was shown."""

GROUPS = ("vllm", "deepspeed", "lora", "strategy", "generation")
ROLL = "what ROLL does, no library"
ADVICE = "advice: every library accepts it"
RUNNING = "seen only when engine or trainer runs"
NOT_SHOWN = {
    "context-too-short": RUNNING,
    "data-parallel-mismatch": ROLL,
    "expandable-segments": ROLL,
    "quantization-override-refused": ROLL,
    "weights-lost-in-sleep": ROLL,
    "fine-tuning-on-deepspeed": ROLL,
    "no-gather-on-save": RUNNING,
    "zero-stage-refused": ROLL,
    "diffusion-strategy-mismatch": ROLL,
    "idle-reference": ROLL,
    "lora-alpha-ratio": ADVICE,
    "lora-alpha-rewritten": ROLL,
    "lora-defaults": ROLL,
    "lora-checkpoint-format": "Megatron is not asked",
    "freeze-prefix-with-lora": ROLL,
    "lora-gradient-checkpointing": RUNNING,
    "lora-learning-rate": ADVICE,
    "lora-mismatch": ROLL,
    "lora-never-reaches-rollout": ROLL,
    "lora-on-experts": "experts with adapters need Triton, and so a GPU",
    "lora-on-fsdp2-infer": ROLL,
    "lora-only-on-rollout": ROLL,
    "lora-only-on-trainer": ROLL,
    "lora-rank-unusual": ADVICE,
    "lora-resumed-on-megatron": "Megatron is not asked",
    "lora-rollout-engine": ROLL,
    "lora-strategy": ROLL,
    "lora-target-missing": ROLL,
    "lora-tied-embeddings": "PEFT warns and goes on",
    "lora-target-on-rollout": ROLL,
    "lora-with-dynamic-batching": ROLL,
    "lora-with-expert-parallel": "Megatron is not asked",
    "lora-with-virtual-pipeline": "Megatron is not asked",
    "rewritten-strategy-key": ROLL,
    "sleep-level-without-effect": ROLL,
    "batch-size-without-effect": ROLL,
    "beam-search-unsupported": ROLL,
    "correction-without-logprobs": ROLL,
    "overwritten-generating-args": ROLL,
    "truncated-sampling": ADVICE,
}
"""Rules that no object shows that can be made on a CPU, and why."""

HEAD = """\
# Agreement with vLLM, DeepSpeed and PEFT

`make oracles` has the libraries themselves build their objects, on a CPU, from settings that a rule speaks of and from
their neighbours: the library must refuse the ones and accept the others. Listed settings were chosen, most of them at
the bounds; generated ones are made by Hypothesis, the same in every run. This table counts them in the tests.

| Rule | Object | Listed | Generated, at most |
| --- | --- | ---: | ---: |
"""
MIDDLE = """
Of the rules on these libraries' settings, the others are not shown this way:

| Rule | Why |
| --- | --- |
"""


def rules_shown() -> set[str]:
    """The rules that some test shows."""
    return {rule for rule, _ in SHOWN}


def render() -> str:
    """The page's text."""
    order = {name: place for place, name in enumerate(sorted(RULES))}
    rows = sorted(SHOWN.items(), key=lambda item: (order[item[0][0]], item[0][1]))
    shown = [
        f"| `{rule}` | `{by}` | {listed or ''} | {generated or ''} |\n" for (rule, by), (listed, generated) in rows
    ]
    others = [f"| `{rule}` | {NOT_SHOWN[rule]} |\n" for rule in sorted(NOT_SHOWN)]
    return HEAD + "".join(shown) + MIDDLE + "".join(others)
