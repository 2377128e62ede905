"""A plan as a picture: nodes with their GPUs and roles, the phases of a step, and memory against what a GPU has."""

from __future__ import annotations

from roll_schema.facts.devices import ranges
from roll_schema.planning.holdings import DeviceGroup, Holding
from roll_schema.planning.phases import TITLES
from roll_schema.planning.plan import Plan
from roll_schema.report.plan.layout import (
    caches,
    colors,
    devices_of,
    gib,
    markup,
    node_rows,
    placed,
    roles_on,
    subtitle,
)

WIDTH = 1120
MARGIN = 32
INNER = WIDTH - 2 * MARGIN
INK, FAINT, LINE, PAPER, CARD = "#1b1f24", "#6a737d", "#d0d7de", "#ffffff", "#f6f8fa"
TOO_MUCH = "#c62828"
FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"

SHADES = {"weights": 1.0, "adapter": 0.9, "gradients": 0.8, "optimizer states": 0.68, "KV cache": 0.35}
"""How strongly each kind of memory is painted in its role's colour."""


def render(plan: Plan) -> str:
    """The whole picture as one SVG document."""
    picture = _Picture(plan)
    picture.draw()
    body = "\n".join(picture.parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{picture.y + MARGIN}" '
        f'viewBox="0 0 {WIDTH} {picture.y + MARGIN}" font-family="{FONT}" font-size="13">\n'
        f"<title>{markup(plan.name)}</title>\n"
        f'<rect width="100%" height="100%" fill="{PAPER}"/>\n{body}\n</svg>\n'
    )


class _Picture:
    def __init__(self, plan: Plan) -> None:
        self.plan, self.paints = plan, colors(plan)
        self.parts: list[str] = []
        self.y = MARGIN

    def draw(self) -> None:
        self.text(MARGIN, self.y + 16, self.plan.name, size=20, weight=600)
        self.text(MARGIN, self.y + 38, subtitle(self.plan), fill=FAINT)
        self.y += 58
        self.legend()
        self.heading("Placement")
        for row in node_rows(self.plan):
            self.node(row.first, row.title)
        self.heading("A step")
        self.step()
        if self.plan.weighs:
            self.heading("Memory on each GPU", "an estimate of the most; pale parts are bounds or caches")
            self.memory()
        for line in self.plan.unknown:
            self.text(MARGIN, self.y + 12, f"Not known: {line}", fill=FAINT, size=12)
            self.y += 20

    def heading(self, title: str, aside: str = "") -> None:
        self.y += 14
        self.text(MARGIN, self.y + 14, title, size=15, weight=600)
        if aside:
            self.text(MARGIN + 10 * len(title) + 12, self.y + 14, aside, fill=FAINT, size=12)
        self.y += 28

    def legend(self) -> None:
        """Every role with its colour, what it runs and its model."""
        column = MARGIN + 40 + 8 * max((len(role.name) for role in self.plan.roles), default=0)
        for role in self.plan.roles:
            self.rect(MARGIN, self.y + 2, 14, 14, self.paints[role.name], radius=3)
            self.text(MARGIN + 22, self.y + 14, role.name, weight=600)
            model = f"{role.model} · " if role.model else ""
            self.text(column, self.y + 14, _short(f"{model}{role.summary}", 122))
            self.y += 22

    def node(self, first: int, title: str) -> None:
        """One node: a card for each GPU, a band in it for each role with the number of its worker."""
        devices = devices_of(self.plan, first)
        most = max((len(roles_on(self.plan, device)) for device in devices), default=0)
        card_height = 24 + 22 * max(most, 1)
        columns = min(len(devices), 8)
        gap = 10
        width = (INNER - 2 * gap - gap * (columns - 1)) / columns
        lines = -(-len(devices) // columns)
        self.rect(MARGIN, self.y, INNER, 30 + lines * (card_height + gap), CARD, radius=8, stroke=LINE)
        self.text(MARGIN + gap, self.y + 19, title, weight=600, fill=FAINT, size=12)
        for number, device in enumerate(devices):
            x = MARGIN + gap + (number % columns) * (width + gap)
            self.gpu(device, x, self.y + 28 + (number // columns) * (card_height + gap), width, card_height)
        self.y += 30 + lines * (card_height + gap) + 12

    def gpu(self, device: int, x: float, y: float, width: float, height: float) -> None:
        self.rect(x, y, width, height, PAPER, radius=6, stroke=LINE)
        self.text(x + 8, y + 16, f"GPU {device}", fill=FAINT, size=11)
        row = y + 22
        names = roles_on(self.plan, device)
        for role in placed(self.plan):
            if role.name in names:
                self.rect(x + 5, row, width - 10, 18, self.paints[role.name], radius=4)
                label = f"{role.name.rpartition('.')[2]} {role.worker_of.get(device)}"
                self.text(
                    x + width / 2,
                    row + 13,
                    _short(label, int((width - 12) / 6.4)),
                    fill=PAPER,
                    size=11,
                    anchor="middle",
                )
                row += 22
        if not names:
            self.text(x + width / 2, row + 13, "idle", fill=FAINT, size=11, anchor="middle")

    def step(self) -> None:
        """The phases from left to right, the roles at work in each, and how samples come about."""
        count = max(len(self.plan.phases), 1)
        gap = 22
        width = (INNER - gap * (count - 1)) / count
        most = max((sum(phase in role.phases for role in self.plan.roles) for phase in self.plan.phases), default=1)
        height = 50 + 22 * max(most, 1)
        for number, phase in enumerate(self.plan.phases):
            x = MARGIN + number * (width + gap)
            self.rect(x, self.y, width, height, CARD, radius=8, stroke=LINE)
            self.text(x + 12, self.y + 20, f"{number + 1} {phase}", weight=600)
            self.text(x + 12, self.y + 37, TITLES[phase], fill=FAINT, size=11)
            row = self.y + 46
            for role in self.plan.roles:
                if phase in role.phases:
                    self.rect(x + 8, row, width - 16, 18, self.paints[role.name], radius=4)
                    label = _short(role.name.rpartition(".")[2], int((width - 20) / 6.4))
                    self.text(x + width / 2, row + 13, label, fill=PAPER, size=11, anchor="middle")
                    row += 22
            if number + 1 < count:
                self.text(x + width + gap / 2, self.y + height / 2 + 5, "→", fill=FAINT, size=16, anchor="middle")
        self.y += height + 10
        for line in self.plan.arithmetic:
            self.text(MARGIN, self.y + 14, line)
            self.y += 20

    def memory(self) -> None:
        """A bar for each phase of each group of GPUs, against what the GPU has."""
        largest = max(group.bytes(phase) for group in self.plan.groups for phase in self.plan.phases)
        scale = max(largest, self.plan.gpu.memory if self.plan.gpu else 0, 1) * 1.02
        for group in self.plan.groups:
            self.text(MARGIN, self.y + 14, f"GPU {ranges(group.devices)}", weight=600)
            self.text(MARGIN + 160, self.y + 14, ", ".join(group.roles), fill=FAINT, size=12)
            self.y += 24
            top = self.y
            for phase in self.plan.phases:
                self.bar(group, phase, scale)
            if self.plan.gpu:
                x = self.bar_x(self.plan.gpu.memory, scale)
                self.parts.append(
                    f'<line x1="{x:.1f}" y1="{top - 4}" x2="{x:.1f}" y2="{self.y}" stroke="{INK}" '
                    'stroke-width="1.5" stroke-dasharray="4 3"/>'
                )
                self.text(x, top - 8, f"{gib(self.plan.gpu.memory)} GiB", fill=FAINT, size=11, anchor="middle")
            self.y += 8
        for line in caches(self.plan):
            self.text(MARGIN, self.y + 14, line)
            self.y += 20

    def bar_x(self, size: float, scale: float) -> float:
        return MARGIN + 100 + size / scale * (INNER - 240)

    def bar(self, group: DeviceGroup, phase: str, scale: float) -> None:
        self.text(MARGIN + 90, self.y + 15, phase, fill=FAINT, size=12, anchor="end")
        self.rect(MARGIN + 100, self.y + 2, INNER - 240, 18, CARD, radius=3)
        begin = 0
        for holding in group.phases[phase]:
            begin = self.pieces(holding, begin, scale)
        total = group.bytes(phase)
        verdict = self.plan.verdict(group, phase)
        shown = f"{gib(total)} GiB" if total else "nothing" if group.known(phase) else "not known"
        shown += f", {verdict}" if verdict else " and more" if total and not group.known(phase) else ""
        self.text(WIDTH - MARGIN - 130, self.y + 15, shown, fill=TOO_MUCH if verdict else INK, size=12)
        self.y += 24

    def pieces(self, holding: Holding, begin: int, scale: float) -> int:
        """The amounts of one role, side by side from `begin` on; gives back where they end."""
        for amount in holding.amounts:
            if amount.host or not amount.bytes:
                continue
            x, end = self.bar_x(begin, scale), self.bar_x(begin + amount.bytes, scale)
            hint = f"{holding.role}, {amount.what}: {gib(amount.bytes)} GiB = {amount.formula}"
            opacity = SHADES.get(amount.what, 0.5)
            self.parts.append(
                f'<rect x="{x:.1f}" y="{self.y + 2}" width="{max(end - x, 0.5):.1f}" height="18" '
                f'fill="{self.paints[holding.role]}" fill-opacity="{opacity}" stroke="{PAPER}" stroke-width="0.7">'
                f"<title>{markup(hint)}</title></rect>"
            )
            label = f"{amount.what} {gib(amount.bytes)}"
            if end - x > 6.4 * len(label) + 8:
                ink = PAPER if opacity > 0.6 else INK
                self.text((x + end) / 2, self.y + 15, label, fill=ink, size=11, anchor="middle")
            begin += amount.bytes
        return begin

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *, radius: int = 0, stroke: str = "none"
    ) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}" fill="{fill}" '
            f'stroke="{stroke}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: int = 13,
        weight: int = 400,
        fill: str = INK,
        anchor: str = "start",
    ) -> None:
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
            f'text-anchor="{anchor}">{markup(text)}</text>'
        )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: max(most - 1, 1)]}…"
