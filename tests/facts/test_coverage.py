"""roll-run says of every field of an RLVR config, in every release, what it makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import pytest

from roll_schema.facts import coverage, releases
from roll_schema.facts.coverage import Row, Treatment
from roll_schema.facts.releases import Release
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.models.section import Section
from roll_schema.models.validation import facts_of, section_types
from roll_schema.source.path import Path, dotted
from tests.conftest import ROOT

USED = [row for row in coverage.ROWS if row.treatment is Treatment.USED]


def fields(release: Release, model: type[Section] = RLVRConfig, above: Path = ()) -> Iterator[Path]:
    """The path of every field that a release declares; a mapping's sections stand at a key of any name."""
    nested = section_types(model)
    for name in facts_of(model, release):
        path = (*above, name)
        yield path
        if name in nested and nested[name].model is not model:
            below = (*path, "any") if nested[name].containers else path
            yield from (below, *fields(release, nested[name].model, below))


@pytest.mark.parametrize("name", releases.NAMES)
def test_every_field_has_a_row(name: str) -> None:
    without = [path for path in fields(releases.load(name)) if coverage.row_of(dotted(path)) is None]
    assert without == []


def test_every_pattern_fits_a_field() -> None:
    """But those of mappings whose keys no release declares."""
    every = set(chain.from_iterable(fields(releases.load(name)) for name in releases.NAMES))
    free = {
        "strategy_config",
        "tracker_kwargs",
        "checkpoint_config",
        "tag_to_template",
        "system_envs",
        "backend_config",
    }
    free |= {"domain_interleave_probs", "model_config_kwargs", "query_filter_config", "response_filter_config"}
    for row in coverage.ROWS:
        for pattern in row.fields:
            own = Row((pattern,), row.treatment)
            fits = any(coverage.fits(own, dotted(path)) for path in every)
            assert fits or free & set(pattern.split(".")), pattern


def test_reasons_are_given_where_something_is_not_used() -> None:
    for row in coverage.ROWS:
        assert bool(row.why) == (row.treatment is not Treatment.USED), row
        assert bool(row.harmless) == (row.treatment is Treatment.REFUSED), row


def test_what_is_called_used_is_read_by_the_code_that_runs() -> None:
    files = [*ROOT.glob("runtime/roll_runtime/**/*.py"), *ROOT.glob("roll_schema/planning/**/*.py")]
    read = set(chain.from_iterable(re.findall(r"\w+", file.read_text(encoding="utf-8")) for file in files))
    last = {pattern.split(".")[-1] for row in USED for pattern in row.fields}
    assert {name for name in last if "*" not in name and name not in read} == set()


def test_a_refused_value_is_told_from_one_that_asks_for_nothing() -> None:
    row = coverage.row_of("actor_train.model_args.ulysses_size")
    assert row is not None
    assert [row.admits(value) for value in (1, 0, None, 2, True, "1")] == [True, True, True, False, False, False]
