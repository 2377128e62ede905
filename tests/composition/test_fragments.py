from __future__ import annotations

from pathlib import Path

from tests.composition.oracle import composed


def test_a_missing_fragment_is_shown_at_its_entry(project: Path) -> None:
    path = project / "main" / "main.yaml"
    path.write_text("defaults:\n  - ../config/one@_here_\n  - ../config/tow@_here_\n", encoding="utf-8")
    (fault,) = composed(path).faults
    assert (fault.rule, fault.span.first, fault.span.last) == ("missing-fragment", (3, 5), (3, 25))
    assert fault.help == "did you mean `../config/two`?"


def test_nothing_outside_the_project_is_read(project: Path, tmp_path: Path) -> None:
    path = project / "main" / "main.yaml"
    path.write_text("defaults: [../config/one@_here_]\n", encoding="utf-8")
    faults = composed(path, allowed=[project / "main"]).faults
    assert [fault.rule for fault in faults] == ["include-outside-project"]
    (project / "main" / "link.yaml").symlink_to(project / "config" / "one.yaml")
    path.write_text("defaults: [link@_here_]\n", encoding="utf-8")
    assert [fault.rule for fault in composed(path, allowed=[project / "main"]).faults] == ["include-outside-project"]


def test_files_that_include_each_other_are_found(project: Path) -> None:
    (project / "config" / "a.yaml").write_text("defaults: [b@_here_]\n", encoding="utf-8")
    (project / "config" / "b.yaml").write_text("defaults: [a@_here_]\n", encoding="utf-8")
    path = project / "main" / "main.yaml"
    path.write_text("defaults: [../config/a@_here_]\n", encoding="utf-8")
    assert [fault.rule for fault in composed(path).faults] == ["include-cycle"]
