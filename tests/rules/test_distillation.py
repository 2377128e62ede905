"""What several rules find in one config of on-policy distillation, whose sections have names of their own."""

from __future__ import annotations

from tests.support import lint_text, places


def test_distillation_speaks_of_the_students_sections() -> None:
    text = "response_length: 8\nstudent_train:\n  device_mapping: [0]\nactor_infer: {}\n"
    result = lint_text(text, release="0.3.0", pipeline="onpolicy_distill")
    assert places(result, "invalid-device-mapping") == [("invalid-device-mapping", 3, 19)]
    assert places(result, "discarded-section") == [("discarded-section", 4, 1)]
    paths = {item.path for item in result.diagnostics}
    assert "student_infer.generating_args" in paths
    assert not any(path and path.startswith("actor_train") for path in paths)


def test_values_that_distillation_does_not_check_fail_later() -> None:
    text = "save_steps: x\nlogging_dir: 3\ncritic: ~\n"
    fails = {
        item.path: item.fails
        for item in lint_text(text, release="0.2.1", pipeline="onpolicy_distill").diagnostics
        if item.rule in ("wrong-type", "invalid-null")
    }
    assert fails == {"save_steps": "at start", "logging_dir": "at load", "critic": "at load"}
