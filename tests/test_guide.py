"""The LoRA guide's excerpt, as it stands: three variables undefined, no `defaults`, no data."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support import lint_text


def test_the_excerpt_lacks_what_it_lacks(shared: Path) -> None:
    guide = (shared / "lora_guide.md").read_text(encoding="utf-8")
    match = re.search(r"```yaml\n(# LoRA global.*?)```", guide, re.S)
    assert match is not None
    result = lint_text(match[1], pipeline=None)
    undefined = {
        (item.span.text, *item.span.first) for item in result.diagnostics if item.rule == "undefined-interpolation"
    }
    assert undefined == {
        ("${deepspeed_zero3}", 24, 22), ("${response_length}", 37, 21), ("${num_return_sequences_in_group}", 42, 27),
    }  # fmt: skip
    missing = {item.path: item.span.first for item in result.diagnostics if item.rule == "missing-key"}
    assert missing == {
        "response_length": (1, 1), "pretrain": (1, 1), "rewards": (1, 1), "critic.device_mapping": (1, 1),
        "actor_train.data_args": (6, 1),
    }  # fmt: skip
    assert len(result.diagnostics) == len(undefined) + len(missing)
