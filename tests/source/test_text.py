import difflib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.source.text import MAX_BYTES, Source, closest, decode, listed, read


def test_lines_end_at_all_three_line_ends() -> None:
    source = Source("x", "a\r\nb\rc\nd")
    assert [source.position(offset) for offset in (0, 3, 5, 7)] == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert [source.line_text(line) for line in (1, 2, 3, 4, 5)] == ["a", "b", "c", "d", ""]


def test_columns_count_code_points() -> None:
    source = Source("x", "é😀: 1")
    assert source.position(2) == (1, 3)


def test_byte_order_mark_counts_for_nothing() -> None:
    assert decode("\ufeffa: 1".encode(), "x").text == "a: 1"


def test_line_offset_numbers_arguments() -> None:
    assert Source("<override>", "a=1", line_offset=2).position(2) == (3, 3)


def test_read_refuses_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="regular file"):
        read(tmp_path)
    big = tmp_path / "big.yaml"
    with big.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(OSError, match="larger"):
        read(big)


@given(
    st.text("abc_-é", max_size=12),
    st.lists(st.text("abc_-é", max_size=12), max_size=8),
    st.sampled_from([0.5, 0.6, 0.75, 0.8]),
)
def test_the_closest_word_is_that_of_difflib(word: str, known: list[str], cutoff: float) -> None:
    found = difflib.get_close_matches(word, known, n=1, cutoff=cutoff)
    alike = next((name for name in known if name.lower() == word.lower()), None)
    assert closest(word, known, cutoff) == (alike if alike is not None else found[0] if found else None)


def test_capitals_do_not_keep_words_apart() -> None:
    assert closest("wsd", ["cosine", "WSD"]) == "WSD"


def test_names_beyond_the_first_are_counted() -> None:
    assert listed(["a", "b"]) == "`a`, `b`"
    assert listed([str(number) for number in range(10)]).endswith("`6`, `7` and 2 more")
