"""`report.html`: the curves of a run, its time by phase, and what the model said at the start and at the end.

One file without scripts or anything from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

Row = dict[str, Any]

_CHARTS = (
    ("Reward", ("reward/mean", "validation/score")),
    ("Loss", ("actor/total_loss", "actor/total_loss@sum")),
    ("Answer length, tokens", ("response_length",)),
    ("KL to the reference", ("kl",)),
    ("Trainer and engine apart, nats per token", ("train/rollout_logp_diff",)),
    ("Gradient norm", ("train/grad_norm",)),
    ("Prompts whose answers all score alike", ("groups_alike",)),
    ("Tokens per second", ("tokens_per_second",)),
)
_NAMES = {"reward/mean": "training", "validation/score": "validation"}
_PHASES = ("sync", "generate", "reward", "reference", "log-probs", "train", "validate", "save")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 460, 190, 60, 12, 24
_STYLE = """
:root { --ink: #1d2329; --faint: #5f6b76; --line: #d9dee3; --back: #fff; --card: #f7f8fa;
  --one: #1f6feb; --two: #bf5700; color-scheme: light dark }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --faint: #9aa5b1; --line: #3a434c; --back: #15191d;
  --card: #1c2126; --one: #6cb2ff; --two: #ffa657 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); margin: 2rem auto;
  max-width: 1000px; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem } p { color: var(--faint) }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1rem }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .6rem }
figcaption { font-weight: 600; display: flex; justify-content: space-between }
figcaption span { font-weight: 400; color: var(--faint) }
svg { width: 100%; height: auto; display: block } text { font-size: 11px; fill: var(--faint) }
.axis { stroke: var(--line); fill: none } .one, .two { fill: none; stroke-width: 2 }
.one { stroke: var(--one) } .two { stroke: var(--two) } .dot.one { fill: var(--one) } .dot.two { fill: var(--two) }
b.one { color: var(--one) } b.two { color: var(--two) }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .35rem .5rem;
  border-bottom: 1px solid var(--line) } .number { text-align: right; font-variant-numeric: tabular-nums }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px } .bar { background: var(--one);
  height: .7rem; border-radius: 2px; min-width: 1px }
"""


def render(name: str, subtitle: str, rows: Sequence[Row], samples: Sequence[Row]) -> str:
    """The page of a run; `rows` are those of metrics.jsonl, `samples` those of samples.jsonl."""
    charts = [
        _figure(title, names, rows) for title, names in _CHARTS if any(key in row for row in rows for key in names)
    ]
    body = [
        f"<h1>{escape(name)}</h1>",
        f"<p>{escape(subtitle)}</p>",
        f'<div class="charts">{"".join(charts)}</div>' if charts else "<p>No step has ended yet.</p>",
        _times(rows),
        _said("At the start", [row for row in samples if samples and row["step"] == samples[0]["step"]]),
        _said("At the end", [row for row in samples if samples and row["step"] == samples[-1]["step"]]),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(name)}</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _figure(title: str, names: Iterable[str], rows: Sequence[Row]) -> str:
    series = {name: [(row["step"], float(row[name])) for row in rows if name in row] for name in names}
    series = {name: points for name, points in series.items() if points}
    last = ", ".join(
        f'<b class="{kind}">{_NAMES.get(name, "")}</b> {_short(points[-1][1])}'
        for kind, (name, points) in zip(("one", "two"), series.items(), strict=False)
    )
    return f"<figure><figcaption>{escape(title)}<span>{last}</span></figcaption>{_curves(title, series)}</figure>"


def _curves(title: str, series: dict[str, list[tuple[int, float]]]) -> str:
    steps = [step for points in series.values() for step, _ in points]
    values = [value for points in series.values() for _, value in points]
    first, last = min(steps), max(steps)
    low, high = min(values), max(values)
    if high - low < 1e-12:
        low, high = low - 0.5, high + 0.5
    right, floor = _WIDTH - 8, _HEIGHT - _BOTTOM

    def place(step: int, value: float) -> tuple[float, float]:
        across = (step - first) / max(last - first, 1)
        up = (value - low) / (high - low)
        return _LEFT + across * (right - _LEFT), floor - up * (floor - _TOP)

    parts = [f'<path class="axis" d="M{_LEFT} {_TOP}V{floor}H{right}"/>']
    for value, at in ((high, _TOP + 4), (low, floor)):
        parts.append(f'<text x="{_LEFT - 6}" y="{at}" text-anchor="end">{_short(value)}</text>')
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 8}">step {first}</text>')
    parts.append(f'<text x="{right}" y="{_HEIGHT - 8}" text-anchor="end">{last}</text>')
    for kind, points in zip(("one", "two"), series.values(), strict=False):
        spots = [place(*point) for point in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline class="{kind}" points="{line}"/>')
        if len(points) <= 60:
            parts += [
                f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.5">'
                f"<title>step {step}: {value:.4g}</title></circle>"
                for (x, y), (step, value) in zip(spots, points, strict=True)
            ]
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'


def _times(rows: Sequence[Row]) -> str:
    """Where the time went, by phase, over all steps but the first, which warms everything up."""
    counted = rows[1:] or rows
    totals = {name: sum(row.get(f"time/{name}", 0.0) for row in counted) for name in _PHASES}
    whole = sum(row.get("time/step", 0.0) for row in counted)
    if not whole:
        return ""
    lines = "".join(
        f'<tr><td>{name}</td><td class="number">{spent / len(counted):.3f} s</td>'
        f'<td class="number">{spent / whole:.0%}</td>'
        f'<td width="55%"><div class="bar" style="width: {100 * spent / whole:.1f}%"></div></td></tr>'
        for name, spent in totals.items()
        if spent > 0.0005 * whole
    )
    return (
        f"<h2>Time of a step: {whole / len(counted):.2f} s</h2>"
        f'<table><tr><th>Phase<th class="number">Mean<th class="number">Share<th></tr>{lines}</table>'
        "<p>Rewards are scored while answers are still generated; their row is the time that was waited for them.</p>"
    )


def _said(title: str, rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f"<tr><td><pre>{escape(row['prompt'])}</pre></td><td><pre>{escape(row['answer'])}</pre></td>"
        f'<td class="number">{row["score"]:.2f}</td></tr>'
        for row in rows
    )
    step = rows[0]["step"]
    head = '<tr><th>Prompt<th>Answer<th class="number">Score</tr>'
    return f"<h2>{title}, step {step}</h2><table>{head}{lines}</table>"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
