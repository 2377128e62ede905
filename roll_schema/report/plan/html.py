"""A plan as a page: the picture, and a table that explains every amount of memory."""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.facts.devices import ranges
from roll_schema.planning.plan import Plan
from roll_schema.report.plan import svg as plan_svg
from roll_schema.report.plan.layout import gib, markup

_STYLE = """
body { margin: 0; background: #eaeef2; color: #1b1f24; font: 14px/1.45 ui-sans-serif, system-ui, sans-serif; }
main { max-width: 1120px; margin: 24px auto; background: #fff; border-radius: 12px; overflow: hidden; }
svg { display: block; width: 100%; height: auto; }
section { padding: 0 32px 32px; }
h2 { font-size: 15px; }
table { border-collapse: collapse; width: 100%; font-size: 12px; }
th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid #d0d7de; vertical-align: top; }
td.size { text-align: right; white-space: nowrap; }
summary { cursor: pointer; padding: 6px 0; font-weight: 600; }
"""


def render(plan: Plan) -> str:
    """One self-contained page, without scripts."""
    tables = "\n".join(_tables(plan))
    explained = f"<section><h2>How the memory comes about</h2>\n{tables}\n</section>" if tables else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Plan of {markup(plan.name)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{plan_svg.render(plan)}{explained}\n</main>\n</body>\n</html>\n"
    )


def _tables(plan: Plan) -> Iterator[str]:
    for group in plan.groups:
        rows = []
        for phase, holdings in group.phases.items():
            for holding in holdings:
                for amount in holding.amounts:
                    most = "≤ " if amount.bound else ""
                    place = " (node)" if amount.host else ""
                    cells = (phase, holding.role, amount.what + place)
                    rows.append(
                        f"<tr>{''.join(f'<td>{markup(cell)}</td>' for cell in cells)}"
                        f'<td class="size">{most}{gib(amount.bytes)} GiB</td>'
                        f"<td>{markup(amount.formula)}</td><td>{markup(amount.source)}</td></tr>"
                    )
        if rows:
            head = "".join(f"<th>{title}</th>" for title in ("phase", "role", "what", "size", "formula", "source"))
            body = "\n".join(rows)
            title = f"GPU {ranges(group.devices)}"
            yield f"<details><summary>{title}</summary><table><tr>{head}</tr>\n{body}</table></details>"
