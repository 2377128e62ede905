"""Write the expected output beside each broken example: `make examples`, then read the difference."""

from __future__ import annotations

from pathlib import Path

from roll_schema.report import text
from tests.conftest import ROOT
from tests.support import lint_path

BROKEN = ROOT / "examples" / "broken"


def output(path: Path) -> str:
    """What `roll-lint` prints for an example, run in its folder."""
    result = lint_path(path)
    return "\n".join([*text.full([result], color=False), text.summary([result]), ""])


def main() -> None:
    for path in sorted(BROKEN.glob("*.yaml")):
        path.with_suffix(".out").write_text(output(path), encoding="utf-8")


if __name__ == "__main__":
    main()
