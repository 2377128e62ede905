"""The manual: a site built offline, with pages that follow from the code, and its search in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

import roll_schema
from roll_schema.cli import COMMANDS
from roll_schema.engine import settings
from roll_schema.facts import releases
from roll_schema.rules import RULES
from roll_schema.rules.sources import Source
from tests.cli.test_cli import run
from tests.conftest import EXAMPLES, ROOT, lacks
from tests.pages import agreement
from tests.patience import PATIENCE
from tests.session import copy

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
DOCS = ROOT / "docs"


def test_every_setting_is_described() -> None:
    page = (DOCS / "reference" / "configuration.md").read_text(encoding="utf-8")
    assert [key for key in settings.KEYS if f"`{key}`" not in page] == []


def test_stable_names_are_listed() -> None:
    page = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\w+)", page, re.M)) == sorted(roll_schema.__all__)


def test_the_python_example_runs(tmp_path: Path) -> None:
    page = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    shutil.copyfile(EXAMPLES / "ok" / "lora_zero3.yaml", tmp_path / "examples" / "ok" / "cfg.yaml")
    command = [sys.executable, "-c", code]
    folder = tmp_path / "examples" / "ok"
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "32 100"


def test_each_promise_of_security_names_its_tests() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = [
        line for line in page.partition("## Limits")[0].splitlines() if line.startswith("| ") and "promise" not in line
    ]
    named = [re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`(?: \(`(\w+)`(?:, `(\w+)`)*\))?", row) for row in rows[1:]]
    assert len(named) > 10
    for row in named:
        assert row
        for file, *functions in row:
            text = (ROOT / file).read_text(encoding="utf-8")
            assert [name for name in functions if name and not re.search(rf"def (test_)?\w*{name}", text)] == [], file


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *DOCS.rglob("*.md")], ids=lambda page: page.name)
def test_links_lead_somewhere_in_the_checkout(page: Path) -> None:
    """Also those between pages of the manual, which has further pages as a site."""
    for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert link.startswith("https://") or (page.parent / link).exists(), link


def test_the_first_rule_of_contributing_works(tmp_path: Path) -> None:
    """The recipe, followed to the letter in a copy, up to what `make` does."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    copy(ROOT / "roll_schema", tmp_path / "roll_schema", "__pycache__")
    code = textwrap.dedent(page.partition("    ```python\n")[2].partition("    ```\n")[0])
    [place] = re.findall(r"Write `(\S+)`:", page)
    (tmp_path / place).write_text(code, encoding="utf-8")
    [first, second] = (
        page.partition("    ```console\n    .venv/bin/roll-lint")[2].partition("    ```\n")[0].splitlines()[:2]
    )
    script = f"roll-lint{first}\n{second.strip().replace('.venv/bin/', '')}\n"
    shell = f'roll-lint() {{ "{sys.executable}" -m roll_schema "$@"; }}\n{script}'
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-c", shell], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert Source.read("- " + code.partition("References:\n\n- ")[2].partition("\n")[0]).product == "ROLL"
    assert done.stdout.startswith("temporary-logs (tracking, warning, preview)\n\nLogs in a folder")
    assert "warning[temporary-logs]: `/tmp/logs` is gone after the job\n  --> <stdin>:2:14\n" in done.stdout


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The site, built from the pages, and the address where it is served."""
    folder = tmp_path_factory.mktemp("manual") / "site"
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


def shown_on(place: Path) -> str:
    """The text of a page of the site, without white space."""
    return "".join(unescape(re.sub(r"<[^>]*>", "", (place / "index.html").read_text(encoding="utf-8"))).split())


@pytest.mark.parametrize("name", ["greedy-group", "unknown-key", "lora-strategy", "secret-by-shape"])
def test_a_rules_page_and_explain_say_the_same(site: tuple[Path, str], name: str) -> None:
    manual = "".join(RULES[name].manual.split())
    # A list's hyphens are bullets on the page.
    assert manual.replace("`", "").replace("-", "") in shown_on(site[0] / "rules" / name).replace("-", "")
    assert manual in "".join(run("--explain", name).stdout.split())


def test_the_site_says_how_it_is_held_against_others(site: tuple[Path, str]) -> None:
    figures = agreement.kept()["0.3.0"]["variants"]
    for page, told in (
        ("agreement", "{}of{}".format(*figures)),
        ("oracles", "lora-rank-refused-by-vllmLoRAConfig"),
        ("coverage", "C1unknown-key"),
    ):
        assert told in shown_on(site[0] / page)


def test_the_site_has_every_page_and_the_schemas(site: tuple[Path, str]) -> None:
    folder, _ = site
    for name in RULES:
        assert (folder / "rules" / name / "index.html").is_file()
    for name in releases.NAMES:
        assert "per_device_train_batch_size" in shown_on(folder / "fields" / name / "TrainingArguments")
    for name in COMMANDS:
        assert f"Usage:roll-lint{name.removeprefix('lint')}" in shown_on(folder / "reference" / "command-line")
    assert (folder / "schemas" / "0.2.1" / "rlvr.schema.json").is_file()
    assert not list(folder.rglob("*.py"))


def test_the_drawing_shows_the_layers_and_the_imports_of_the_code(site: tuple[Path, str]) -> None:
    text = (site[0] / "architecture" / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'font-weight="bold">(\d+) (\w+)<', text)
    found = re.findall(r"<title>(\w+) imports (\w+)</title>", text)
    number = {name: int(row) for row, name in rows}
    assert set(number) == {"api"} | {place.parent.name for place in (ROOT / "roll_schema").glob("*/__init__.py")}
    assert all(number[one] < number[other] for one, other in found)
    assert {("engine", "rules"), ("composition", "source")} <= set(found)


@pytest.fixture
def page(site: tuple[Path, str]) -> Iterator[Page]:
    if CHROMIUM is None:
        lacks("Chromium is not installed: set CHROMIUM to its path")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*flags, "--disable-component-update"], timeout=PATIENCE * 1000
        )
        made = browser.new_page(viewport={"width": 1280, "height": 900})
        made.set_default_timeout(PATIENCE * 1000)
        yield made
        browser.close()


def asked_elsewhere(page: Page, address: str) -> list[str]:
    found: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith((address, "data:", "blob:")) else found.append(request.url),
    )
    return found


@pytest.mark.parametrize(
    ("typed", "title", "said"),
    [
        ("lora rank exceeds rollout", "lora-rank-exceeds-rollout", "lora_rank"),
        ("baseline", "Adopt it in a repository with old configs", "known problem"),
        ("gpu_memory_utilization", "gpu-memory-utilization-out-of-range", "vLLM"),
    ],
)
def test_search_finds_in_a_real_browser(site: tuple[Path, str], page: Page, typed: str, title: str, said: str) -> None:
    elsewhere = asked_elsewhere(page, site[1])
    page.goto(site[1], wait_until="networkidle")
    search = page.get_by_placeholder("Search").first
    search.click()
    search.press_sequentially(typed, delay=10)
    result = page.locator(".md-search-result__link:visible").filter(has_text=title).first
    result.wait_for(state="visible")
    result.click()
    page.wait_for_url(re.compile(r"/(rules|how-to)/"))
    assert title in page.locator("h1").first.inner_text()
    assert said in page.locator("article").inner_text()
    assert elsewhere == []


def test_pages_fit_their_window(site: tuple[Path, str], page: Page) -> None:
    """Nothing sticks out to the side, on a desk and on a telephone."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for name in (
            "",
            "quickstart/",
            "rules/",
            "rules/lora-strategy/",
            "fields/0.3.0/RLVRConfig/",
            "reference/command-line/",
        ):
            page.goto(site[1] + name)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            assert page.locator("h1").first.inner_text().strip("¶ \n")
