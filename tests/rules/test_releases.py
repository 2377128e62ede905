"""Rules that depend on release and pipeline, beyond what their cases show."""

from __future__ import annotations

from tests.support import lint_text, places

LORA = "actor_train:\n  model_args: {lora_target: %s}\n  strategy_args: {strategy_name: %s}\n"


def missing(text: str, release: str, pipeline: str) -> set[str | None]:
    result = lint_text(text, release=release, pipeline=pipeline)
    return {item.path for item in result.diagnostics if item.rule == "missing-key"}


def test_what_is_missing_depends_on_release_and_pipeline() -> None:
    quiet = "init_kl_coef: 0\nadv_estimator: reinforce\n"
    assert "reference.device_mapping" in missing(quiet, "0.1.1", "rlvr")
    assert "reference.device_mapping" not in missing(quiet, "0.1.3", "rlvr")
    lora = f"adv_estimator: reinforce\n{LORA % ('q_proj', 'deepspeed_train')}"
    assert "reference.device_mapping" in missing(lora, "0.1.3", "agentic")
    assert "reference.device_mapping" not in missing(lora, "0.2.0", "agentic")
    assert missing("sft_train: {}\n", "0.2.0", "sft") == {
        "response_length", "sft_train.device_mapping", "sft_train.strategy_args",
    }  # fmt: skip
    assert "teacher.device_mapping" in missing("student: {}\n", "0.2.0", "distill")
    assert "actor_train.device_mapping" not in missing("train_env_manager: {}\n", "0.2.0", "agentic_rollout")
    sampling = "train_env_manager: {generating_args: {temperature: 0.9}}\n"
    assert "actor_infer.generating_args" in missing(sampling, "0.1.3", "agentic")
    assert "actor_infer.generating_args" not in missing(sampling, "0.2.0", "agentic")


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
        if item.rule in ("wrong-type", "null-not-allowed")
    }
    assert fails == {"save_steps": "at start", "logging_dir": "at load", "critic": "at load"}


def test_a_mistake_in_one_of_several_teachers_empties_them_all() -> None:
    text = "teacher:\n  a: {infer_batch_size: x}\n  b: {}\n"
    (item,) = [item for item in lint_text(text, release="0.3.0").diagnostics if item.rule == "wrong-type"]
    assert (item.path, item.fails) == ("teacher.a.infer_batch_size", "silently")
    (item,) = [
        item for item in lint_text(f"use_opd: true\n{text}", release="0.3.0").diagnostics if item.rule == "wrong-type"
    ]
    assert item.fails == "at load"
    assert places(lint_text(text, release="0.2.1"), "unknown-key") == [("unknown-key", 2, 3), ("unknown-key", 3, 3)]
