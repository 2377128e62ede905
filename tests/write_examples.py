"""Write what examples give: output of the broken ones and the README's, the picture.

`make examples`, then read.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from roll_schema.facts.catalog.gpus import GPUS
from roll_schema.planning import plan
from roll_schema.planning.plan import Plan
from roll_schema.report import text
from roll_schema.report.plan import svg as plan_svg
from tests.clients import yaml_server
from tests.conftest import EXAMPLES, PROJECT, ROOT
from tests.support import lint_path

BROKEN = EXAMPLES / "broken"
PLANNED = EXAMPLES / "ok" / "lora_zero3.yaml"
README = ROOT / "README.md"
PAGES = [README, *(path for name in ("*.md", "how-to/*.md") for path in sorted((ROOT / "docs").glob(name)))]
_FILE = re.compile(r"(<!-- file: (\S+) -->\n```\w+\n)(?:(?!```).*\n)*```")
_COMMAND = re.compile(r"(```console\n\$ roll-lint (.*)\n)(?:(?!```).*\n)*```")
PICTURE = ROOT / "docs" / "plan.svg"


def output(path: Path) -> str:
    """What `roll-lint` prints for an example, run in its folder."""
    result = lint_path(path)
    return "\n".join([*text.full([result]), text.summary([result]), ""])


def planned(path: Path, gpu: str) -> Plan:
    """The plan of an example."""
    result = lint_path(path)
    assert result.config is not None
    return plan.make(result.config, path.name, result.facts, result.pipeline.name, GPUS[gpu], None)


def refreshed(page: str) -> str:
    """A page with what its commands print and its files hold, as they do now."""
    page = _FILE.sub(lambda found: f"{found[1]}{(ROOT / found[2]).read_text(encoding='utf-8')}```", page)
    return _COMMAND.sub(lambda found: f"{found[1]}{_printed(found[2])}```", page)


def _printed(words: str) -> str:
    command = [sys.executable, "-m", "roll_schema", *words.split()]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False).stdout


def main() -> None:
    for page in PAGES:
        page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
    PICTURE.write_text(plan_svg.render(planned(PLANNED, "h100-80g")), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        editor = yaml_server.start(Path(folder))
        yaml_server.SQUIGGLES.write_text(yaml_server.squiggles(editor), encoding="utf-8")
        editor.close()
    for path in sorted(BROKEN.glob("*.yaml")):
        shown = ROOT / "examples" / "broken" / f"{path.stem}.out"
        shown.write_text(output(path), encoding="utf-8")


if __name__ == "__main__":
    main()
