"""What `make test` leaves to `make test-all`: the one list, with the reason of each row.

`make test` is what every push must pass, within 12 minutes on 2 cores; `make test-all` runs everything, before a release
and before a larger change is called done. A row stays as long as it pays: the same code is run by what is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

import pytest


class Row(NamedTuple):
    """Tests by a pattern of their node ids; every so-manieth of them is kept in `make test`, with 0 none."""

    tests: str
    kept: int
    why: str


EXHAUSTIVE = [
    # The linter on many configs, or on very large ones.
    Row("tests/test_hostile.py::test_no_value_breaks*", 6, "any value at any place, for each good example"),
    Row("tests/rewriting/test_migrate.py::test_no_new_error*", 6, "every shipped config, between every two releases"),
    Row("tests/rewriting/test_repair.py::test_fixes_do_no_harm*", 8, "every shipped config and mutant, fixed"),
    Row("tests/composition/test_causes.py::test_each_fragment*", 3, "every fragment of every shipped config"),
    Row("tests/composition/test_compose.py::test_corpus*", 4, "every shipped config, by Hydra itself as well"),
    Row("tests/engine/test_unchecked.py::test_a_narrowed_run*", 8, "each broken example with each group of rules"),
    Row("tests/rules/test_items.py::test_what_is_unknown_hides*", 4, "every rule; its cases are all kept"),
    Row("tests/test_corpus.py::test_the_figures*", 0, "the whole corpus again, for a page of the site"),
    Row("tests/source/test_syntax.py::test_real_configs*", 0, "shipped configs broken at random; own configs stay"),
    Row("tests/export/test_schemas_in_editors.py::test_no_squiggle*", 0, "every shipped config in an editor's server"),
    Row("tests/export/test_schemas_in_editors.py::test_squiggles_on*", 0, "every broken example in an editor's server"),
    Row("tests/test_limits.py::test_texts[600,000 keys]", 0, "the largest text, a minute and a GiB"),
    Row("tests/test_limits.py::test_texts[50,000 anchors]", 0, "seconds each; other large texts are kept"),
    Row("tests/test_limits.py::test_texts[a scalar of 9 MiB]", 0, "seconds each; other large texts are kept"),
    Row("tests/test_limits.py::test_texts[100,000 commas*", 0, "seconds each; other large texts are kept"),
    Row("tests/test_session.py::test_a_session_that_is_killed_leaves_nothing[*15]", 0, "SIGTERM; SIGKILL is kept"),
    Row("tests/test_pre_commit.py::test_the_fixing_hook*", 0, "installs the hook a second time"),
    Row(
        "tests/test_package.py::test_it_works_in_an_empty_environment[source]",
        0,
        "an empty environment; that of the wheel is kept",
    ),
    Row("tests/test_package.py::test_the_wheel_of_roll_run*", 0, "builds a second wheel; its code is in the checkout"),
    Row("tests/test_manual.py::test_search*", 0, "a browser, on pages that change seldom"),
    Row("tests/test_manual.py::test_pages_fit*", 0, "a browser, on pages that change seldom"),
    Row("tests/test_ci.py::test_the_action_imports*", 0, "installs the action a second time"),
    # Runs of roll-run, each of which starts Ray and loads torch.
    Row("tests/runtime/test_cluster.py::*", 0, "two-node Ray clusters; placement is tested without Ray as well"),
    Row("tests/runtime/test_deployment.py::test_a_slurm_job*", 0, "the Slurm script, which changes seldom"),
    Row("tests/runtime/test_faults.py::test_a_killed_run*", 11, "one kill -9 is kept, within the training step"),
    Row("tests/runtime/test_faults.py::test_what_cannot_be_used*", 4, "each loads torch to refuse one argument"),
    Row("tests/runtime/test_faults.py::test_a_finished_run*", 0, "refusals of --resume"),
    Row("tests/runtime/test_faults.py::*", 0, "signals, lost workers, full disks, closed pipes: two to five runs each"),
    Row("tests/runtime/test_startup.py::test_a_start_that_is_killed[*", 0, "the kill of a build is kept"),
    Row("tests/runtime/test_startup.py::test_a_build_that_is_killed*", 0, "two starts; the kill of a build is kept"),
    Row("tests/runtime/test_startup.py::test_a_whole_run*", 0, "builds a helper, as the kill of a build does"),
    Row("tests/runtime/test_run.py::test_no_reward*", 0, "controls of the learning run that is kept"),
    Row("tests/runtime/test_run.py::test_reward_rises_on_two_ranks_of_zero3*", 0, "two steps of ZeRO-3 are kept"),
    Row(
        "tests/runtime/test_run.py::test_others_load_the_adapter[*vllm]",
        0,
        "plain PEFT is kept; vLLM loads for minutes",
    ),
    Row("tests/runtime/test_run.py::test_others_load_the_adapter[fsdp2*", 0, "the adapter of ZeRO-2 is kept"),
    Row("tests/runtime/test_run.py::test_reward_rises_on_two_ranks_of_fsdp2*", 0, "two steps of FSDP2 are kept"),
    Row("tests/runtime/test_run.py::test_a_run_of_fsdp2*", 0, "follows the learning run of FSDP2"),
    Row("tests/runtime/test_run.py::test_a_run_keeps_its_backend*", 0, "follows the learning run of FSDP2"),
    Row("tests/runtime/test_training.py::test_every_backend*", 0, "ten trainers; two steps of ZeRO and FSDP2 are kept"),
    Row("tests/runtime/test_training.py::test_half_precision*", 0, "follows from the ten trainers"),
    Row("tests/runtime/test_training.py::test_a_checkpoint*", 0, "starts one and four ranks"),
    Row("tests/runtime/test_run.py::test_two_engines*", 0, "four processes of vLLM; one engine on two devices is kept"),
    # What real libraries make of a setting; a new version of one of them changes it, and then all are run.
    Row("tests/oracles/test_catalog.py::test_parameters_agree*", 8, "builds every architecture of transformers"),
    Row("tests/oracles/test_catalog.py::test_peft*", 8, "builds every architecture of transformers"),
    Row("tests/oracles/test_catalog.py::*", 4, "loads every model class of vLLM"),
    Row("tests/oracles/test_memory.py::test_a_zero_engine*", 9, "starts two DeepSpeed ranks for each setting"),
    Row("tests/oracles/test_*.py::test_generated*", 0, "generated settings, of the kinds of those that are listed"),
    Row("tests/oracles/test_deepspeed.py::test_unknown_keys*", 0, "generated keys in every section of DeepSpeed"),
    Row("tests/oracles/test_*.py::*", 3, "a sample of the settings that libraries take or refuse"),
]


def row_of(test: str) -> Row | None:
    """The row that speaks of a test: the first whose pattern matches its node id."""
    return next((row for row in EXHAUSTIVE if fnmatchcase(test, row.tests.replace("[", "[[]"))), None)


def mark(items: Iterable[pytest.Item]) -> None:
    """Give the tests that `make test` leaves out the marker `exhaustive`."""
    met: Counter[Row] = Counter()
    for item in items:
        row = row_of(item.nodeid)
        if row is None:
            continue
        if not row.kept or met[row] % row.kept:
            item.add_marker(pytest.mark.exhaustive)
        met[row] += 1
