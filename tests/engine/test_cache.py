"""The cache: the same answers, found again only while all that they rest on is as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from roll_schema.engine import request
from roll_schema.engine.cache import Cache, folder
from roll_schema.engine.options import Options
from roll_schema.engine.request import Request
from roll_schema.engine.result import Result
from roll_schema.facts.catalog.safetensors import tensors
from roll_schema.report import render
from roll_schema.source import files
from tests.cli.test_cli import run
from tests.conftest import ROOT
from tests.patience import PATIENCE, wait_for_work

CONFIG = """\
defaults:
  - base
rollout_batch_size: 64
pretrain: ${oc.env:ROLL_LINT_TEST_MODEL,./model}
save_step: 1  # roll-lint: ignore[unknown-key]
save_steps: x
rewards: {math_rule: {tag_included: [a]}}
actor_train:
  data_args: {file_name: [data/train.jsonl], messages: messages, template: base, domain_interleave_probs: {math_rule: 1.0}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    (folder / "c.yaml").write_text(CONFIG)
    (folder / "base.yaml").write_text("logging_steps: y\n")
    (folder / "data" / "train.jsonl").write_text('{"tag": "a", "messages": []}\n')
    (folder / "pyproject.toml").write_text("")
    (tmp_path / "elsewhere.yaml").write_text("logging_steps: y\n")
    for version, release in (("v1", "0.2.1"), ("v2", "0.3.0")):
        (folder / version).mkdir()
        (folder / version / "c.yaml").write_text(CONFIG)
        (folder / version / "base.yaml").write_text("logging_steps: y\n")
        (folder / version / "roll-lint.toml").write_text(f'release = "{release}"\n')
    relink(folder / "linked", "v1")
    monkeypatch.chdir(folder)
    return folder


class Counted:
    """A cache, and how often it had to lint."""

    def __init__(self, place: Path, options: Options | None = None) -> None:
        self.place, self.options, self.linted = place, options or Options(release="0.2.1"), 0

    def __call__(self, path: str = "c.yaml") -> Result:
        def lint() -> Result:
            self.linted += 1
            return request.lint(Request(Path(path), self.options, trees=False))

        return Cache(self.place, self.options).lint(Path(path), lint)


@pytest.fixture
def cached(tmp_path: Path) -> Counted:
    return Counted(tmp_path / "cache")


def test_what_is_kept_reads_as_what_was_found(project: Path, cached: Counted) -> None:
    fresh, kept = cached(), cached()
    assert cached.linted == 1
    assert len(fresh.diagnostics) > 2
    assert any(item.span.source.name == "base.yaml" for item in fresh.diagnostics)
    assert len(fresh.silent) == 1
    for form in ("json", "jsonl", "sarif", "gitlab", "junit", "checkstyle"):
        assert render(form, [fresh]) == render(form, [kept])
    names = ("file", "release", "pipeline", "skipped", "manual", "was_composed", "was_checked", "facts")
    assert all(getattr(fresh, name) == getattr(kept, name) for name in names)


def relink(path: Path, target: str) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def same_time(path: Path) -> None:
    """Another content of the same length, with the old times written back."""
    status = path.stat()
    path.write_text(path.read_text().replace("messages", "massages"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [
        lambda project: (project / "c.yaml").write_text(CONFIG.replace("save_steps: x", "save_steps: z")),
        lambda project: (project / "base.yaml").write_text("logging_steps: z\n"),
        lambda project: (project / "base.yaml").unlink(),
        lambda project: (project / "roll-lint.toml").write_text('release = "0.3.0"\n'),
        lambda project: (project / "pyproject.toml").write_text("[tool.roll-lint]\nignore = ['schema']\n"),
        lambda project: (project / "data" / "train.jsonl").write_text('{"prompt": 1, "tag": "b"}\n'),
        lambda project: (project / "data" / "train.jsonl").unlink(),
        lambda project: (project / "start.sh").write_text("python start_rlvr_pipeline.py --config_name c\n"),
        lambda project: os.environ.__setitem__("ROLL_LINT_TEST_MODEL", "other"),
        lambda project: relink(project / "linked", "v2"),
        lambda project: relink(project / "base.yaml", "../elsewhere.yaml"),
        lambda project: same_time(project / "data" / "train.jsonl"),
    ],
)
def test_any_change_is_noticed(
    project: Path, cached: Counted, change: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLL_LINT_TEST_MODEL", "a/b")
    cached.options = Options()
    for file in ("c.yaml", "linked/c.yaml"):
        cached(file)
    change(project)
    found = [cached(file) for file in ("c.yaml", "linked/c.yaml")]
    assert cached.linted > 2
    fresh = [request.lint(Request(Path(file), cached.options)) for file in ("c.yaml", "linked/c.yaml")]
    assert render("json", found) == render("json", fresh)


def test_a_model_that_appears_is_noticed(project: Path, cached: Counted) -> None:
    text = "rollout_batch_size: 8\nrewards: {}\npretrain: ./model\nactor_train:\n  model_args: {lora_target: q_proj}\n"
    (project / "c.yaml").write_text(text + "  strategy_args: {strategy_name: deepspeed_train}\n")
    cached()
    (project / "model").mkdir()
    (project / "model" / "config.json").write_text('{"model_type": "qwen2", "num_hidden_layers": 2}')
    cached()
    assert cached.linted == 2


def test_what_rests_on_the_time_is_not_kept(project: Path, cached: Counted) -> None:
    (project / "c.yaml").write_text(CONFIG.replace("save_steps: x", "save_steps: ${now:%S}x"))
    cached()
    cached()
    assert cached.linted == 2


def test_the_users_folder_counts(project: Path, cached: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    text = "rollout_batch_size: 8\nrewards: {}\npretrain: a/b\nactor_train:\n  model_args: {lora_target: q_proj}\n"
    (project / "c.yaml").write_text(text + "  strategy_args: {strategy_name: deepspeed_train}\n")
    cached()
    monkeypatch.setenv("HOME", str(project))
    cached()
    assert cached.linted == 2


def test_a_fork_of_the_settings_is_read_anew(project: Path, cached: Counted) -> None:
    fork = project / "fork" / "roll" / "configs"
    fork.mkdir(parents=True)
    classes = "from dataclasses import dataclass\n@dataclass\nclass WorkerConfig:\n    name: str = ''\n"
    (fork / "worker_config.py").write_text(classes)
    source = "from dataclasses import dataclass\n@dataclass\nclass BaseConfig:\n    save_steps: int = 1\n"
    (fork / "base_config.py").write_text(source)
    (project / "roll-lint.toml").write_text('roll-src = "fork"\n')
    cached.options = Options()
    cached()
    cached()
    assert cached.linted == 2


def test_a_variable_that_is_secret_keeps_nothing(
    project: Path, cached: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", "SuperSecret0123456789")
    (project / "c.yaml").write_text(CONFIG.replace("save_steps: x", "save_steps: ${oc.env:MY_API_KEY}"))
    assert not [item for item in cached().diagnostics if "SuperSecret" in item.message + item.help]
    cached()
    assert cached.linted == 2


def test_each_config_of_a_run_asks_for_itself(project: Path) -> None:
    """What a first config found of a model is no reason to note less for the second."""
    (project / "m").mkdir()
    (project / "m" / "model.safetensors.index.json").write_text('{"weight_map": {"a": "s1.safetensors"}}')
    (project / "m" / "s1.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    seen = []
    for _ in range(2):
        with files.noted() as answers:
            tensors(Path("m"))
        seen.append(set(answers))
    assert seen[0] == seen[1]
    assert ("state", "m/s1.safetensors") in seen[0]


@pytest.mark.parametrize("options", [Options(release="0.3.0"), Options(release="0.2.1", select=frozenset(["lora"])),
                                     Options(release="0.2.1", preview=True), Options(release="0.2.1", pipeline="sft")])  # fmt: skip
def test_other_options_are_other_entries(project: Path, cached: Counted, options: Options) -> None:
    cached()
    other = Counted(cached.place, options)
    other()
    assert other.linted == 1
    cached()
    assert cached.linted == 1


def test_where_a_secret_is_nothing_is_kept(project: Path, cached: Counted) -> None:
    (project / "c.yaml").write_text(CONFIG + "tracker_kwargs: {api_key: SuperSecret0123456789}\n")
    cached()
    cached()
    assert cached.linted == 2
    assert not any("SuperSecret" in path.read_text() for path in cached.place.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"answers": []}', '{"answers": [["eval", "x", 1]]}', "\x00", "[" * 10_000]
)
def test_a_damaged_entry_is_none(project: Path, cached: Counted, damage: str) -> None:
    fresh = cached()
    for entry in cached.place.rglob("*.json"):
        entry.write_text(damage)
    assert render("json", [cached()]) == render("json", [fresh])
    assert cached.linted == 2


def test_a_cache_that_cannot_be_written_is_none(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cached = Counted(tmp_path / "file" / "cache")
    assert cached().diagnostics
    assert cached().diagnostics
    assert cached.linted == 2


def test_the_command_uses_it_and_can_do_without(project: Path, tmp_path: Path) -> None:
    place = tmp_path / "cache"
    first, second = (run(".", cwd=project, ROLL_LINT_CACHE_DIR=str(place)) for _ in range(2))
    assert (first.returncode, first.stdout) == (second.returncode, second.stdout)
    assert list(place.rglob("*.json"))
    none = tmp_path / "none"
    assert run(".", "--no-cache", cwd=project, ROLL_LINT_CACHE_DIR=str(none)).stdout == first.stdout
    assert not none.exists()


def test_old_entries_are_removed_once_a_day(project: Path, cached: Counted) -> None:
    cached()
    [entry] = cached.place.rglob("*.json")
    long_ago = entry.stat().st_mtime - 40 * 24 * 60 * 60
    os.utime(entry, (long_ago, long_ago))
    Cache(cached.place, cached.options).prune()
    assert not entry.exists()
    cached()
    os.utime(entry, (long_ago, long_ago))
    Cache(cached.place, cached.options).prune()
    assert entry.exists()


def test_runs_beside_each_other_and_killed_ones_do_no_harm(project: Path, tmp_path: Path) -> None:
    for number in range(40):
        (project / f"d{number}.yaml").write_text(CONFIG.replace("64", str(64 + number)))
    place = tmp_path / "cache"
    environment = {**os.environ, "ROLL_LINT_CACHE_DIR": str(place)}
    command = [sys.executable, "-m", "roll_schema", ".", "--output-format", "jsonl"]
    for moment in (0.1, 0.2, 0.4):
        killed = subprocess.Popen(command, cwd=project, env=environment, stdout=subprocess.DEVNULL)
        wait_for_work(killed, moment)
        killed.kill()
        killed.wait(PATIENCE)
    beside = [
        subprocess.Popen(command, cwd=project, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = {process.communicate(timeout=PATIENCE)[0] for process in beside}
    assert told == {run(".", "--output-format", "jsonl", "--no-cache", cwd=project).stdout}
    for entry in place.rglob("*.json"):
        json.loads(entry.read_text())


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    monkeypatch.setattr(sys, "platform", "linux")
    assert folder() == Path("/x/roll-lint")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert folder() == Path.home() / "Library" / "Caches" / "roll-lint"


def test_the_door_notes_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    with files.noted() as answers:
        assert files.read(file, 10) == b"x"
        assert files.is_file(file)
        assert not files.exists(tmp_path / "b")
        assert files.names(tmp_path) == ["a"]
        assert files.state(file) is not None
        assert files.variable("ROLL_LINT_TEST_X") is None
        with pytest.raises(OSError, match="larger"):
            files.read(file, 0)
    assert len(answers) == 6
    assert files.still_holds(answers)
    (tmp_path / "b").write_text("")
    assert not files.still_holds(answers)
    (tmp_path / "b").unlink()
    assert files.still_holds(answers)
    monkeypatch.setenv("ROLL_LINT_TEST_X", "")
    assert not files.still_holds(answers)


def test_nothing_goes_by_the_door() -> None:
    """On the way to a diagnostic no other module asks the file system or the environment."""
    others = ("server", "cli", "schemas")
    asks = ("read_text(", "read_bytes(", ".is_file()", ".is_dir()", ".exists()", ".iterdir()", "os.environ", ".glob(")
    # These read the package's own data, a fork's checkout, or work for another command.
    own = {
        "source/files.py", "source/replace.py", "engine/cache.py", "engine/baseline.py", "engine/discovery.py", "facts/forks/checkout.py",
        "facts/strategies.py", "facts/releases/__init__.py", "facts/catalog/architecture.py",
        "facts/catalog/vllm_lora.py", "export/descriptions.py", "export/json_schema.py", "export/modeline.py",
        "rules/__init__.py",
    }  # fmt: skip
    for path in sorted((ROOT / "roll_schema").rglob("*.py")):
        name = path.relative_to(ROOT / "roll_schema").as_posix()
        if name.split("/")[0] not in others and name not in own:
            found = [ask for ask in asks if ask in path.read_text(encoding="utf-8")]
            assert found == (["read_text("] if name == "facts/catalog/checkpoint.py" else []), (name, found)
