"""Whether an answer obeys an instruction that a program can check, such as "at least three paragraphs".

A row's `ground_truth` is JSON with `func_name`, one of those below, and its arguments: the format of RLVR-IFeval, which
ROLL's `ifeval` rows have. What the names mean is taken from the instructions' text, where ROLL's code differs: it
counts all words for the frequency of one, and two stars without anything between them as a highlight.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from roll_runtime.errors import DataProblem
from roll_runtime.rewards import concluded, truth

Arguments = dict[str, Any]
_SENTENCE_END = re.compile(r"(?<![A-Z][a-z]\.)(?<!\w\.\w\.)(?<=[.?])\s")
"""As in ROLL: not behind `Dr.` or `p.m.`."""
_CAPITALS = re.compile(r"\b[A-Z]+\b")
_PLACEHOLDER = re.compile(r"\[[^\[\]]*\]")
_HIGHLIGHTED = re.compile(r"\*[^*\n]+\*")
_TITLE = re.compile(r"<<[^<>\n]+>>")
_BETWEEN_PARAGRAPHS = "* * *"
_BETWEEN_RESPONSES = "******"


def score(answer: str, row: dict[str, Any]) -> float:
    """1 where what follows the thinking obeys the row's instruction, else 0.

    Raises DataProblem for a row whose instruction, or one of its arguments, is not known.
    """
    name, arguments = _instruction(row)
    try:
        return float(_CHECKS[name](concluded(answer), arguments))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataProblem(f"row {row.get('id', '')}: `{name}` cannot go by {arguments}: {error!r}") from None


def _instruction(row: dict[str, Any]) -> tuple[str, Arguments]:
    value = row.get("ground_truth")
    try:
        found = dict(value) if isinstance(value, dict) else dict(json.loads(truth(row)))
    except (ValueError, TypeError):
        raise DataProblem(f"row {row.get('id', '')}: `ground_truth` is no JSON with `func_name`") from None
    name = found.pop("func_name", None)
    if not isinstance(name, str) or name not in _CHECKS:
        raise DataProblem(f"row {row.get('id', '')}: no instruction is called {name!r}; there are {', '.join(_CHECKS)}")
    try:
        return name, found | {key: int(found[key]) for key in ("N", "i") if found.get(key) is not None}
    except (ValueError, TypeError):
        raise DataProblem(f"row {row.get('id', '')}: `{name}` wants whole numbers, not {found}") from None


def _within(count: int, arguments: Arguments, tolerance: int) -> bool:
    """Whether a count is at least, at most, or around `N`."""
    wanted = arguments["N"]
    return {
        "at least": count >= wanted,
        "at most": count <= wanted,
        "around": abs(count - wanted) <= tolerance,
    }[arguments["quantifier"]]


def _has_word(text: str, word: str) -> bool:
    return word.lower() in text.lower()


def _words_named(text: str, word: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE))


def _language(text: str, arguments: Arguments) -> bool:
    import langdetect

    langdetect.DetectorFactory.seed = 0
    try:
        return bool(langdetect.detect(text) == arguments["language"])
    except langdetect.LangDetectException:
        return False


def _paragraphs(text: str, arguments: Arguments) -> bool:
    parts = [part.strip() for part in text.split(_BETWEEN_PARAGRAPHS)]
    return all(parts) and len(parts) == arguments["N"]


def _paragraph_begins(text: str, arguments: Arguments) -> bool:
    parts = text.strip().split("\n\n")
    return len(parts) == arguments["N"] and parts[arguments["i"] - 1].strip().startswith(arguments["first_word"])


def _postscript(text: str, arguments: Arguments) -> bool:
    _, marker, rest = text.partition(arguments["postscript_marker"])
    return bool(marker and rest.strip())


def _bullets(text: str, arguments: Arguments) -> bool:
    return sum(line.strip().startswith(("*", "-")) for line in text.splitlines()) == arguments["N"]


def _sections(text: str, arguments: Arguments) -> bool:
    return len(text.removeprefix(arguments["section_splitter"]).split(arguments["section_splitter"])) == arguments["N"]


def _is_json(text: str, arguments: Arguments) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _two_responses(text: str, arguments: Arguments) -> bool:
    parts = [part.strip() for part in text.split(_BETWEEN_RESPONSES)]
    return len(parts) == 2 and parts[0] != parts[1]


_CHECKS: dict[str, Callable[[str, Arguments], bool]] = {
    "verify_keywords": lambda text, given: all(_has_word(text, word) for word in given["keyword_list"]),
    "verify_keyword_frequency": lambda text, given: _words_named(text, given["word"]) == given["N"],
    "validate_forbidden_words": lambda text, given: not any(_has_word(text, word) for word in given["forbidden_words"]),
    "verify_letter_frequency": lambda text, given: text.count(given["letter"]) == given["N"],
    "validate_response_language": _language,
    "verify_paragraph_count": _paragraphs,
    "validate_word_constraint": lambda text, given: _within(len(text.split()), given, max(round(given["N"] / 10), 1)),
    "verify_sentence_constraint": lambda text, given: _within(len(_SENTENCE_END.split(text.strip())), given, 1),
    "validate_paragraphs": _paragraph_begins,
    "verify_postscript": _postscript,
    "validate_placeholders": lambda text, given: len(_PLACEHOLDER.findall(text)) >= given["N"],
    "verify_bullet_points": _bullets,
    "validate_title": lambda text, given: bool(_TITLE.search(text)),
    "validate_choice": lambda text, given: bool(text.strip()) and any(text.strip() in one for one in given["options"]),
    "validate_highlighted_sections": lambda text, given: len(_HIGHLIGHTED.findall(text)) >= given["N"],
    "validate_sections": _sections,
    "validate_json_format": _is_json,
    "validate_repeat_prompt": lambda text, given: text.strip().startswith(given["original_prompt"].strip()),
    "validate_two_responses": _two_responses,
    "validate_uppercase": lambda text, given: text == text.upper(),
    "validate_lowercase": lambda text, given: text == text.lower(),
    "validate_frequency_capital_words": lambda text, given: _within(len(_CAPITALS.findall(text)), given, 0),
    "validate_end": lambda text, given: text.rstrip().endswith(given["end_phrase"]),
    "validate_quotation": lambda text, given: len(text.strip()) > 1 and text.strip()[0] == text.strip()[-1] == '"',
    "validate_no_commas": lambda text, given: "," not in text,
}
