"""A plan for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.facts.devices import ranges
from roll_schema.planning.holdings import DeviceGroup
from roll_schema.planning.phases import TITLES
from roll_schema.planning.plan import Plan
from roll_schema.report.plan.layout import caches, colors, devices_of, gib, node_rows, placed, subtitle
from roll_schema.source.secrets import printable

_BAR = 30


def render(plan: Plan, *, colored: bool) -> Iterator[str]:
    """Lines of the plan: placement, phases, samples, memory."""
    yield f"{printable(plan.name)}: {subtitle(plan)}"
    yield ""
    if plan.roles:
        yield from _placement(plan, colored)
        yield from _phases(plan)
    else:
        yield "  no role can be placed"
    if plan.arithmetic:
        yield ""
        yield from (f"  {line}" for line in plan.arithmetic)
    yield from _memory(plan, colored)
    for line in plan.unknown:
        yield f"  not known: {printable(line)}"


def explain(plan: Plan) -> Iterator[str]:
    """Every amount of memory with its formula and source."""
    for group in plan.groups:
        yield f"GPU {ranges(group.devices)}"
        for phase, holdings in group.phases.items():
            for holding in holdings:
                for amount in holding.amounts:
                    most = "at most " if amount.bound else ""
                    place = "on the node" if amount.host else "on the GPU"
                    yield f"  {phase:10} {holding.role:14} {amount.what:18} {most}{gib(amount.bytes)} GiB {place}"
                    yield f"  {'':26}= {amount.formula}"
                    yield f"  {'':26}  {amount.source}"


def _placement(plan: Plan, colored: bool) -> Iterator[str]:
    roles = placed(plan)
    width = max((len(role.name) for role in plan.roles), default=0) + 2
    paints = colors(plan)
    for row in node_rows(plan):
        devices = devices_of(plan, row.first)
        yield f"  {row.title}"
        yield f"    {'GPU':{width}}{''.join(f'{device:>5}' for device in devices)}"
        for role in roles:
            numbers = [role.worker_of.get(device) for device in devices]
            if any(number is not None for number in numbers):
                cells = "".join(_cell(number, paints[role.name], colored) for number in numbers)
                yield f"    {role.name:{width}}{cells}"
    yield ""
    for role in plan.roles:
        model = f" [{printable(role.model)}]" if role.model else ""
        yield f"  {role.name:{width}}  {role.summary}{model}"


def _cell(number: int | None, color: str, colored: bool) -> str:
    text = "    ·" if number is None else f"{number:>5}"
    if number is None or not colored:
        return text
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f" \x1b[48;2;{red};{green};{blue};38;2;255;255;255m{number:>4}\x1b[0m"


def _phases(plan: Plan) -> Iterator[str]:
    yield ""
    for number, phase in enumerate(plan.phases, start=1):
        at_work = ", ".join(role.name for role in plan.roles if phase in role.phases)
        yield f"  {number} {phase:10} {TITLES[phase]}: {at_work}"


def _memory(plan: Plan, colored: bool) -> Iterator[str]:
    if not plan.weighs:
        return
    yield ""
    limit = f" of {gib(plan.gpu.memory)}" if plan.gpu else ""
    yield f"  memory on each GPU, at most, in GiB{limit} (an estimate; --explain shows each formula)"
    for group in plan.groups:
        yield f"    GPU {ranges(group.devices)}"
        for phase in plan.phases:
            yield from _bar(plan, group, phase, colored)
    for line in caches(plan):
        yield f"    {line}"


def _bar(plan: Plan, group: DeviceGroup, phase: str, colored: bool) -> Iterator[str]:
    total = group.bytes(phase)
    if not total and group.known(phase):
        return
    share = total / plan.gpu.memory if plan.gpu else 0
    bar = ""
    if plan.gpu:
        filled = min(_BAR, round(share * _BAR))
        bar = f"{'█' * filled}{'░' * (_BAR - filled)} "
    verdict = plan.verdict(group, phase) or ("and more" if total and not group.known(phase) else "")
    if colored and verdict == "does not fit":
        verdict = f"\x1b[1;31m{verdict}\x1b[0m"
    parts = ", ".join(
        f"{holding.role} {gib(holding.bytes)}" + ("" if holding.works else " (stays)")
        for holding in group.phases[phase]
        if holding.bytes
    )
    yield f"      {phase:10} {bar}{gib(total) if total else 'not known':>6} {verdict}{'  ' * bool(verdict)} {parts}"
