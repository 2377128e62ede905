"""Tests; whatever of them is imported runs in a session of its own."""

from tests import session

__all__ = ["session"]
