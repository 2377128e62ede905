"""What a run tells people: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
from collections import deque
from statistics import median
from typing import Any, TextIO

_SHOWN = (
    ("reward/mean", "reward", "{:.3f}"),
    ("train/grad_norm", "gradient", "{:.3f}"),
    ("train/rollout_logp_diff", "logp diff", "{:.4f}"),
    ("response_length", "length", "{:.1f}"),
    ("tokens_per_second", "tok/s", "{:.0f}"),
    ("validation/score", "validation", "{:.3f}"),
)
_OF_DOMAIN = "reward/mean/"
_RECENT = 20
"""Steps whose median duration the rest is expected to take; the first one, which warms everything up, apart."""


class Progress:
    """Prints a line per step; on a terminal a last line moves with the phases."""

    def __init__(self, steps: int, out: TextIO = sys.stdout) -> None:
        self.steps, self.out = steps, out
        self.live = out.isatty()
        self.step = 0
        self.warm = False
        self.recent: deque[float] = deque(maxlen=_RECENT)

    def begin(self, step: int) -> None:
        """The run goes on from a step."""
        self.step, self.warm = step, False
        self.recent.clear()

    def __call__(self, event: str, known: dict[str, Any]) -> None:
        if event == "phase" and self.live:
            self._move(f"step {self.step + 1}/{self.steps}  {known['name']}")
        elif event == "step":
            self.step = known["step"]
            if self.warm:
                self.recent.append(known["time/step"])
            self.warm = True
            self._say(self._line(known))
        elif event == "message":
            self._say(known["text"])

    def close(self) -> None:
        """Leave the last line."""
        if self.live:
            self._write("\r\x1b[K")

    def _line(self, known: dict[str, Any]) -> str:
        shown = "  ".join(f"{title} {form.format(known[key])}" for key, title, form in _SHOWN if key in known)
        domains = {key.removeprefix(_OF_DOMAIN): value for key, value in known.items() if key.startswith(_OF_DOMAIN)}
        if len(domains) > 1:
            shown += "  " + ", ".join(f"{domain} {value:.3f}" for domain, value in domains.items())
        return f"step {self.step}/{self.steps}  {shown}  {known['time/step']:.2f} s  {self._remaining()}".rstrip()

    def _remaining(self) -> str:
        if not self.recent or self.step >= self.steps:
            return ""
        return f"ETA {duration(median(self.recent) * (self.steps - self.step))}"

    def _move(self, text: str) -> None:
        self._write(f"\r\x1b[K{text}")

    def _say(self, text: str) -> None:
        self._write(f"\r\x1b[K{text}\n" if self.live else f"{text}\n")

    def _write(self, text: str) -> None:
        """Write it; where nobody reads any more, the run goes on without a word."""
        try:
            self.out.write(text)
            self.out.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.out.fileno())


def duration(seconds: float) -> str:
    """`1 h 2 min`, `3 min 4 s`, `5 s`."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
