"""What a run tells people: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections import deque
from statistics import median
from typing import Any, TextIO

_SHOWN = (
    ("reward/mean", "reward", "{:.3f}"),
    ("train/loss", "loss", "{:+.4f}"),
    ("train/rollout_logp_diff", "logp diff", "{:.4f}"),
    ("response_length", "length", "{:.1f}"),
    ("tokens_per_second", "tok/s", "{:.0f}"),
    ("validation/score", "validation", "{:.3f}"),
)
_RECENT = 20
"""Steps whose median duration the rest is expected to take; the first one warms everything up."""


class Progress:
    """Prints a line per step; on a terminal a last line moves with the phases."""

    def __init__(self, steps: int, out: TextIO = sys.stdout) -> None:
        self.steps, self.out = steps, out
        self.live = out.isatty()
        self.step = 0
        self.recent: deque[float] = deque(maxlen=_RECENT)

    def begin(self, step: int) -> None:
        """The run goes on from a step."""
        self.step = step
        self.recent.clear()

    def __call__(self, event: str, known: dict[str, Any]) -> None:
        if event == "phase" and self.live:
            self._move(f"step {self.step + 1}/{self.steps}  {known['name']}")
        elif event == "step":
            self.step = known["step"]
            self.recent.append(known["time/step"])
            self._say(self._line(known))
        elif event == "message":
            self._say(known["text"])

    def close(self) -> None:
        """Leave the last line."""
        if self.live:
            self.out.write("\r\x1b[K")
            self.out.flush()

    def _line(self, known: dict[str, Any]) -> str:
        shown = "  ".join(f"{title} {form.format(known[key])}" for key, title, form in _SHOWN if key in known)
        return f"step {self.step}/{self.steps}  {shown}  {known['time/step']:.2f} s  {self._remaining()}".rstrip()

    def _remaining(self) -> str:
        seconds = median(self.recent) * (self.steps - self.step)
        return f"ETA {duration(seconds)}" if self.step < self.steps else ""

    def _move(self, text: str) -> None:
        self.out.write(f"\r\x1b[K{text}")
        self.out.flush()

    def _say(self, text: str) -> None:
        self.out.write(f"\r\x1b[K{text}\n" if self.live else f"{text}\n")
        self.out.flush()


def duration(seconds: float) -> str:
    """`1 h 2 min`, `3 min 4 s`, `5 s`."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
