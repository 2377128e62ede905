"""What a step does."""

from __future__ import annotations

from tests.planning.plans import lora


def test_samples_and_steps_are_counted() -> None:
    assert lora().arithmetic == (
        "64 prompts × 8 samples = 512 sequences per step",
        "actor_train: 16 ranks × 1 × 32 = 512 sequences per optimizer step: 1 optimizer step per pipeline step",
    )
