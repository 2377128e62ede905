"""That a fact is missing."""

from __future__ import annotations


class FactMissing(Exception):
    """A fact (or several: the arguments) that nobody gave; who needs it is skipped, and the summary counts it."""
