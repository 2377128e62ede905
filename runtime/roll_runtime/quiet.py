"""Libraries that talk while they are imported or load a model, kept from doing so where a command prints a result."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing that libraries print to standard output, nor transformers' progress bars, is shown meanwhile."""
    with redirect_stdout(io.StringIO()):
        try:
            from transformers.utils import logging
        except ImportError:
            pass
        else:
            logging.disable_progress_bar()
        yield
