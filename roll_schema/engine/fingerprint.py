"""What stays the same about a diagnostic when lines move."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from roll_schema.source.diagnostic import Diagnostic
from roll_schema.source.redact import is_secret


def fingerprints(items: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, str]]:
    """Each diagnostic with a hash of its rule, config path and marked text; those alike in a file are numbered."""
    seen: Counter[tuple[str, str]] = Counter()
    for item in items:
        # From the hash of a secret it could be guessed.
        is_open = not is_secret(item.span.text, item.path, item.span.source.secrets)
        same = "\0".join((item.rule, item.path or "", item.span.text if is_open else ""))
        seen[item.span.source.name, same] += 1
        text = f"{same}\0{seen[item.span.source.name, same]}"
        yield item, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
